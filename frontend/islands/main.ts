// The console's islands: what a page cannot do without a script. Every page reads and decides without them.
import "./htmx";
import "htmx.org/dist/ext/hx-sse.js";
import { followLive } from "./live";
import { listenToKeys } from "./keys";
import { followOffers } from "./offers";
import { openPalette, preparePalette } from "./palette";
import { showWhatMoves } from "./graph";
import { tellTimes } from "./times";
import { rememberToasts } from "./toasts";
import { sendPicked } from "./batch";
import { showWaiting } from "./waiting";

document.documentElement.classList.add("runs-scripts");
followLive();
preparePalette();
listenToKeys(openPalette);
rememberToasts();
sendPicked();
showWaiting();
showWhatMoves();
followOffers();
tellTimes();
