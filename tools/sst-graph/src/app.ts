import * as v from "valibot";
import type { Environment } from "./project-environment.ts";

/** What `app()` of a configuration says, as far as it counts here; everything else reaches the configuration as `$app` unchanged. */
export interface App {
  readonly name: string;
  /** What becomes of resources that leave the configuration. */
  readonly removal: "remove" | "retain" | "retain-all";
  /** Whether the stage refuses to be removed. */
  readonly protect: boolean;
  readonly region: string;
  /** The versions of the providers by the name that `app()` gives them, undefined where it leaves the version to SST. */
  readonly providers: ReadonlyMap<string, string | undefined>;
  /** The value of `$app`. */
  readonly global: object;
}

/** The region of AWS's own tools where none is set. */
const DEFAULT_REGION = "us-east-1";

const provider = v.union([
  // Versions of SST before 4 take this, and leave the version to themselves.
  v.pipe(
    v.literal(true),
    v.transform((): { version?: string | undefined; region?: string | undefined } => ({})),
  ),
  v.pipe(
    v.string(),
    v.transform((version): { version?: string | undefined; region?: string | undefined } => ({ version })),
  ),
  v.looseObject({ version: v.optional(v.string()), region: v.optional(v.string()) }),
]);

const appSchema = v.looseObject({
  name: v.pipe(
    v.string(),
    v.regex(/^[a-zA-Z][a-zA-Z0-9-]*$/, "an app's name has letters, digits and hyphens, a letter first"),
  ),
  home: v.optional(v.string()),
  removal: v.optional(v.picklist(["remove", "retain", "retain-all"]), "retain"),
  protect: v.optional(v.boolean(), false),
  providers: v.optional(v.record(v.string(), provider), {}),
});

/**
 * What `app()` returned. The region is the one that it gives AWS's provider, else `AWS_REGION`, `AWS_DEFAULT_REGION` or that of
 * AWS's own tools. The provider that is its `home` need not be listed among the providers, as for SST.
 *
 * @throws {Error} that names the property which is not as SST expects it
 */
export function readApp(returned: unknown, stage: string, environment: Environment): App {
  const parsed = v.safeParse(appSchema, returned);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new Error(`app() returned what SST does not take: ${v.getDotPath(issue) ?? "its result"}: ${issue.message}`);
  }
  const { home = "aws", providers, ...app } = parsed.output;
  const region =
    providers["aws"]?.region || environment["AWS_REGION"] || environment["AWS_DEFAULT_REGION"] || DEFAULT_REGION;
  const withHome = home === "local" ? providers : { [home]: {}, ...providers };
  const aws = withHome["aws"] && { aws: { ...withHome["aws"], region } };
  return {
    name: app.name,
    removal: app.removal,
    protect: app.protect,
    region,
    providers: new Map(Object.entries(withHome).map(([name, { version }]) => [name, version])),
    global: { ...app, home, providers: { ...withHome, ...aws }, stage },
  };
}
