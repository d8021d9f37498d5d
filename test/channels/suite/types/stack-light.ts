// In: nothing. Out: a Patlite light as the suite has to know it: its own grammar of commands (LA6-POE
// operation manual, 5.8). Nobody reads a body: what is shown depends on what is open.
import type { TypeSample } from "../type-sample";
import { httpOf } from "../type-sample";

const COMMAND =
  /\/api\/control\?(?:alert=[0-39]{5}[0-49]|color=\d{5}&buzzer=(?:\d|1[01])(?:&flash=1)?|clear=1)$/;

const common = {
  audience: "state",
  canaries: [],
  goodAnswer: "Success.",
  answers: [
    [200, "delivered", false],
    [301, "redirect", true],
    [400, "client_error", true],
    [404, "client_error", true],
    [503, "server_error", true],
  ],
  breaches: (_body, request) =>
    COMMAND.test(httpOf(request).url) ? [] : [`not a command: ${httpOf(request).url}`],
} satisfies Partial<TypeSample>;

export const stackLightSamples: TypeSample[] = [
  { ...common, variant: "stack_light/defaults", config: { url: "http://10.1.2.3" } },
  {
    ...common,
    variant: "stack_light/own",
    config: {
      url: "http://light.plant.test:8080/tower",
      critical: "color=10000&buzzer=5&flash=1",
      critical_acknowledged: "100009",
      warning: "920990",
      all_clear: "clear",
      reassert_seconds: 30,
      timeout_seconds: 3,
    },
  },
];
