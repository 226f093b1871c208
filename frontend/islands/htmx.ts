// htmx as the global that its extensions look for.
import htmx from "htmx.org";

(window as unknown as { htmx: typeof htmx }).htmx = htmx;
export default htmx;
