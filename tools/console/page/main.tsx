import { render } from "preact";
import { App } from "./app.tsx";
import { followServer } from "./state/feed.ts";
import { followKeys } from "./state/keyboard.ts";
import { followAddress } from "./state/route.ts";
import { showTheme } from "./state/theme.ts";

const root = document.querySelector("#app");
if (root === null) throw new Error("The page has no #app.");
showTheme();
followAddress();
followKeys();
followServer();
root.replaceChildren();
render(<App />, root);
