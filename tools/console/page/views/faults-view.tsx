import { useEffect, useRef, useState } from "preact/hooks";
import type { FaultRates } from "../../src/protocol.ts";
import { count } from "../parts/format.ts";
import { change, messageOf } from "../state/api.ts";
import { faults, latest, session } from "../state/store.ts";

/** A slider that is dragged moves many times. */
const APPLY_AFTER_MS = 200;

const WORDS: Readonly<Record<string, string>> = {
  duplicates: "Messages, notifications and batches that are delivered twice",
  reordering: "Messages that others overtake",
  lateRedelivery: "What comes again after it was handled",
  crashes: "SDK calls at which the execution environment is killed",
  throttles: "Calls and invocations that are refused because there are too many",
  serverErrors: "SDK calls that are answered with a 5xx",
  partialFailures: "Entries of batch calls that fail",
  slowCalls: "SDK calls that wait",
  lostAnswers: "SDK calls whose answer is lost",
};

/** The fault plan, turned while it runs. */
export function FaultsView() {
  const kinds = session.value?.faultKinds ?? [];
  const [rates, setRates] = useState<FaultRates>(faults.value);
  const [problem, setProblem] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => setRates(faults.value), [faults.value]);
  const happened = latest.value?.faults ?? {};

  function turn(change_: FaultRates): void {
    const next = { seed: 1, ...rates, ...change_ };
    setRates(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      change<FaultRates>("PUT", "/api/faults", next).then(
        () => setProblem(undefined),
        (error: unknown) => setProblem(messageOf(error)),
      );
    }, APPLY_AFTER_MS);
  }

  return (
    <section class="faults" aria-label="Faults">
      <div class="scroll" tabIndex={0} role="region" aria-label="The fault plan">
        <p>
          What goes wrong on purpose, from now on. Handlers and event sources meet it; this page and other clients do
          not. Time scale <strong>{session.value?.timeScale ?? 1}</strong>: AWS's long waits take that many times as
          long here.
        </p>
        {problem !== undefined && <p role="alert">{problem}</p>}
        {kinds.map((kind) => (
          <label key={kind} class="dial">
            <span>
              <strong>{kind}</strong> <span class="muted">{WORDS[kind]}</span>
            </span>
            <input
              type="range"
              min="0"
              max="1"
              step="0.01"
              value={rates[kind] ?? 0}
              onInput={(event) => turn({ [kind]: event.currentTarget.valueAsNumber })}
            />
            <output>
              {Math.round((rates[kind] ?? 0) * 100)} % · happened {count(happened[kind] ?? 0)} times
            </output>
          </label>
        ))}
        <Milliseconds
          name="slowMs"
          words="The longest that a slow call waits"
          value={rates["slowMs"] ?? 300}
          turn={turn}
        />
        <Milliseconds
          name="clockSkewMs"
          words="Clocks of execution environments that start from now on are off by up to this"
          value={rates["clockSkewMs"] ?? 0}
          turn={turn}
        />
        <label class="dial">
          <span>
            <strong>seed</strong> <span class="muted">The same seed decides the same</span>
          </span>
          <input
            type="number"
            min="0"
            step="1"
            value={rates["seed"] ?? 1}
            onChange={(event) => turn({ seed: event.currentTarget.valueAsNumber })}
          />
          <output />
        </label>
        <p class="actions">
          <button
            type="button"
            onClick={() => turn(Object.fromEntries([...kinds.map((kind) => [kind, 0]), ["clockSkewMs", 0]]))}
          >
            All off
          </button>
        </p>
      </div>
    </section>
  );
}

function Milliseconds({
  name,
  words,
  value,
  turn,
}: {
  readonly name: string;
  readonly words: string;
  readonly value: number;
  readonly turn: (rates: FaultRates) => void;
}) {
  return (
    <label class="dial">
      <span>
        <strong>{name}</strong> <span class="muted">{words}</span>
      </span>
      <input
        type="range"
        min="0"
        max="10000"
        step="50"
        value={value}
        onInput={(event) => turn({ [name]: event.currentTarget.valueAsNumber })}
      />
      <output>{count(value)} ms</output>
    </label>
  );
}
