// What every page has: copy buttons, menus that close again, and forms that a double click sends once. Nothing here is needed to use a page.
import { closeMenus } from "./modules/menus.js";
import { offerCopying } from "./modules/copying.js";
import { sendOnce } from "./modules/sending.js";

offerCopying();
closeMenus();
sendOnce();
