// What every page has: copy buttons, and menus that close again. Nothing here is needed to use a page.
import { closeMenus } from "./modules/menus.js";
import { offerCopying } from "./modules/copying.js";

offerCopying();
closeMenus();
