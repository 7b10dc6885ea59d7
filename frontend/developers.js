// The developer centre: search in the page, "try it", and chapters that stand open where there is room.
import { offerSearch } from "./modules/searching.js";
import { offerTrying } from "./modules/trying.js";

for (const details of document.querySelectorAll("[data-wide-open]")) details.open = matchMedia("(min-width: 56rem)").matches;
offerSearch();
offerTrying();
