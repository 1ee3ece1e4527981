import type { PlopTypes } from "@turbo/gen";
import { EVENT_SOURCES, STRATEGIES, nameProblem, ownerProblem, readAnswers } from "./src/answers.ts";
import { finish } from "./src/finish.ts";
import { withCodeOwner, withName, withService } from "./src/lists.ts";

const none = "";

/** `npm run new:service`: an app, its infrastructure and tests, and its place on every list. See docs/new-service.md. */
export default function generators(plop: PlopTypes.NodePlopAPI): void {
  plop.setGenerator("service", {
    description: "A new service: app, infrastructure, tests, owner",
    prompts: [
      {
        type: "input",
        name: "name",
        message: "Its name, such as order-mailer:",
        validate: (name: string) => nameProblem(name) ?? true,
      },
      {
        type: "input",
        name: "owner",
        message: "The team that owns it, such as @doorbell/mail:",
        validate: (owner: string) => ownerProblem(owner) ?? true,
      },
      { type: "list", name: "eventSource", message: "What it answers:", choices: [...EVENT_SOURCES] },
      {
        type: "list",
        name: "strategy",
        message: "How nothing is done twice (docs/idempotency.md):",
        choices: [...STRATEGIES],
      },
    ],
    actions(given) {
      const data = readAnswers(given ?? {});
      const app = `apps/${data.name}`;
      const file = (path: string, templateFile: string) => ({
        type: "add" as const,
        path: `{{ turbo.paths.root }}/${path}`,
        templateFile: `templates/${templateFile}.hbs`,
        data,
        abortOnFail: true,
      });
      const list = (path: string, transform: (text: string) => string) => ({
        type: "modify" as const,
        path: `{{ turbo.paths.root }}/${path}`,
        pattern: none,
        template: none,
        transform,
      });
      return [
        file(`${app}/package.json`, "package.json"),
        file(`${app}/tsconfig.json`, "tsconfig.json"),
        file(`${app}/src/env.ts`, "env.ts"),
        file(`${app}/src/metrics.ts`, "metrics.ts"),
        file(`${app}/src/handler.ts`, `handler-${data.source}.ts`),
        file(`${app}/src/${data.decision}.ts`, `${data.decision}-${data.strategy}.ts`),
        file(`${app}/src/handler.test.ts`, "handler.test.ts"),
        file(`infra/${data.name}.ts`, `infra-${data.source}.ts`),
        list("infra/services.ts", (text) => withService(text, data)),
        list("infra/names.ts", (text) => withName(text, data)),
        list("CODEOWNERS", (text) => withCodeOwner(text, data)),
        () => finish(plop.getDestBasePath(), data),
      ];
    },
  });
}
