import * as v from "valibot";
import { text } from "./aws-kind.ts";
import { nameInput } from "./aws-resource.ts";
import type { Origins } from "./evaluation-error.ts";
import { createResource, lookUp } from "./mock-cloud.ts";
import type { Place, Properties, Registration } from "./registration.ts";
import { stableName } from "./stable-name.ts";

/** A resource or component that is about to be made, as Pulumi hands it to a transformation. */
export interface Construction {
  readonly type: string;
  readonly name: string;
  readonly opts: { readonly parent?: unknown; readonly retainOnDelete?: boolean; readonly id?: unknown };
}

/** What identifies a resource within a stage. */
export interface Identity {
  readonly type: string;
  readonly name: string;
}

/** A component or resource as it was constructed: what it is a part of, and the line of the project that made it. */
export interface Constructed extends Identity {
  readonly parent?: Identity;
  /** Such as `infra/jobs.ts:22`. */
  readonly place?: string;
}

/** What a configuration makes while it runs. */
export class Recording {
  readonly registrations: Registration[] = [];
  readonly constructed: Constructed[] = [];
  /** The regions of the providers that the configuration makes beside the default one, by name. */
  readonly #regions = new Map<string, string>();
  readonly #retained = new Set<string>();
  readonly #existing = new Set<string>();
  readonly #place: Place;
  readonly #origins: Origins;

  constructor(place: Place, origins: Origins) {
    this.#place = place;
    this.#origins = origins;
  }

  construct({ type, name, opts }: Construction): void {
    const key = `${type} ${name}`;
    if (opts.retainOnDelete === true) this.#retained.add(key);
    if (opts.id !== undefined) this.#existing.add(key);
    const parent = identity(opts.parent);
    const entered = parent === undefined && !type.startsWith("sst:sst:LinkRef");
    const place = entered ? this.#origins.enter(type, name) : undefined;
    this.constructed.push({ type, name, ...(parent && { parent }), ...(place !== undefined && { place }) });
  }

  mocks(): object {
    return {
      newResource: ({ type, name, inputs, id, provider }: NewResource) => {
        const key = `${type} ${name}`;
        if (type === "pulumi:providers:aws") this.#regions.set(name, text(inputs["region"]) || this.#place.region);
        const place = this.#placeOf(provider);
        const known = {
          type,
          name,
          inputs: stableName(name, inputs),
          ...(place.region !== this.#place.region && { region: place.region }),
          ...(this.#existing.has(key) && id !== undefined && { existing: id }),
          ...(this.#retained.has(key) && { retainOnDelete: true as const }),
        };
        const registration = { ...known, inputs: { ...known.inputs, ...nameInput(known) } };
        const { drawn, ...created } = createResource(registration, place);
        this.registrations.push({ ...registration, ...(drawn && { drawn }) });
        return created;
      },
      call: ({ token, inputs, provider }: Lookup) => {
        try {
          return lookUp(token, inputs, this.#placeOf(provider));
        } catch (error) {
          const details = error instanceof Error ? error.message : String(error);
          this.#origins.remember(new Error(details, { cause: error }));
          // Of an error, Pulumi passes on this field alone.
          throw Object.assign(new Error(details), { details });
        }
      },
    };
  }

  /** @param provider Pulumi's reference to a provider, `<urn>::<id>`; empty for the default one */
  #placeOf(provider: string | undefined): Place {
    const name = /pulumi:providers:aws::([^:]+)::/.exec(provider ?? "")?.[1] ?? "";
    return { ...this.#place, region: this.#regions.get(name) ?? this.#place.region };
  }
}

/** What Pulumi asks its mocks for. */
interface NewResource extends Identity {
  readonly inputs: Properties;
  readonly id?: string;
  readonly provider?: string;
}
interface Lookup {
  readonly token: string;
  readonly inputs: Properties;
  readonly provider?: string;
}

/** Type and name of a parent, which is Pulumi's resource itself; the stack is nobody's parent. */
function identity(parent: unknown): Identity | undefined {
  if (typeof parent !== "object" || parent === null) return undefined;
  const parsed = v.safeParse(parentSchema, {
    type: Reflect.get(parent, "__pulumiType"),
    name: Reflect.get(parent, "__name"),
  });
  return parsed.success && parsed.output.type !== "pulumi:pulumi:Stack" ? parsed.output : undefined;
}
const parentSchema = v.object({ type: v.string(), name: v.string() });
