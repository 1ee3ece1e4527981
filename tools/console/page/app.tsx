import { useEffect, useRef } from "preact/hooks";
import { count } from "./parts/format.ts";
import { hrefOf, route, type View, VIEWS } from "./state/route.ts";
import { connection, latest, session } from "./state/store.ts";
import { nextTheme, theme } from "./state/theme.ts";
import { FailuresView } from "./views/failures-view.tsx";
import { FaultsView } from "./views/faults-view.tsx";
import { InvocationsView } from "./views/invocations-view.tsx";
import { PictureView } from "./views/picture-view.tsx";
import { SendView } from "./views/send-view.tsx";
import { StoryView } from "./views/story-view.tsx";
import { HelpDialog } from "./help-dialog.tsx";

const SHOWN = {
  picture: PictureView,
  invocations: InvocationsView,
  failures: FailuresView,
  story: StoryView,
  send: SendView,
  faults: FaultsView,
} as const;

const LIVE_WORDS = {
  connecting: "connecting …",
  live: "live",
  lost: "the local cloud does not answer; trying again …",
} as const;

/** The page: where you are, what is there, whether it is live. */
export function App() {
  const { view } = route.value;
  const help = useRef<HTMLDialogElement>(null);
  const Shown = SHOWN[view];
  useEffect(() => {
    document.title = `${TITLES()[view]} · ${session.value?.project ?? "Doorbell"} console`;
  }, [view, session.value?.project]);
  return (
    <>
      <header class="top">
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <h1>{session.value?.project ?? "Doorbell"}</h1>
        <nav aria-label="Views">
          {VIEWS.map((each) => (
            <a key={each} href={hrefOf(each)} aria-current={each === view ? "page" : undefined}>
              {TITLES()[each]}
              {each === "failures" && (latest.value?.failures ?? 0) > 0 && (
                <span class="badge">{count(latest.value?.failures ?? 0)}</span>
              )}
            </a>
          ))}
        </nav>
        <p class={`live ${connection.value}`} role="status">
          {LIVE_WORDS[connection.value]}
        </p>
        {session.value !== undefined && session.value.timeScale !== 1 && (
          <p class="scale-note">time scale {session.value.timeScale}</p>
        )}
        <button type="button" class="plain" onClick={nextTheme}>
          Theme: {theme.value}
        </button>
        <button type="button" class="plain" aria-label="Keys" onClick={() => help.current?.showModal()} data-help>
          ?
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        {session.value === undefined ? <p class="empty">Waiting for the local cloud …</p> : <Shown key={view} />}
      </main>
      <HelpDialog dialog={help} />
    </>
  );
}

function TITLES(): Readonly<Record<View, string>> {
  const noun = session.value?.noun;
  return {
    picture: "Picture",
    invocations: "Invocations",
    failures: "Failures",
    story: noun === undefined ? "One id" : `One ${noun}`,
    send: "Send",
    faults: "Faults",
  };
}
