import type { CompleteFaultPlan, FaultPlan } from "@doorbell/local-cloud/faults/fault-plan";
import type { ConsoleCloud } from "./console-ports.ts";
import type { FaultRates } from "./protocol.ts";

/** The fault plan of a running local cloud, as numbers. */
export interface FaultDial {
  readonly rates: FaultRates;
  /** Has another plan decide from now on; crashes at a certain call (`crashAt`) stay as they were. */
  turn(plan: CompleteFaultPlan): FaultRates;
}

/** A dial that stands where the local cloud was booted. `tell` hears of each turn. */
export function createFaultDial(
  { cloud, faults }: { readonly cloud: Pick<ConsoleCloud, "faults">; readonly faults?: FaultPlan },
  tell: (rates: FaultRates) => void,
): FaultDial {
  const crashAt = faults?.crashAt ?? [];
  let rates = numbersOf(faults ?? {});
  return {
    get rates() {
      return rates;
    },
    turn(plan) {
      cloud.faults({ ...plan, crashAt: [...crashAt] });
      rates = numbersOf(plan);
      tell(rates);
      return rates;
    },
  };
}

function numbersOf(plan: object): FaultRates {
  return Object.fromEntries(Object.entries(plan).filter(([, value]) => typeof value === "number"));
}
