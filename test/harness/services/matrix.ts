// In: requests. Out: a homeserver's answers: a transaction ID that it knows is not sent again.
import { matrixSamples } from "../../channels/suite/types/matrix";
import { jsonAnswer, readBody, type ServiceModel } from "./service";

const [sample] = matrixSamples;
const TOKEN = "syt_matrix0001_hhhhhhhhhhhhhhhhhhhh_0002ii";
const ROOM = "!plantAlerts:plant.test";
const PATH = `/_matrix/client/v3/rooms/${encodeURIComponent(ROOM)}/send/m.room.message/`;

const failed = (status: number, errcode: string, more: Record<string, unknown> = {}): Response =>
  jsonAnswer(status, { errcode, error: "…", ...more });

export const matrixService: ServiceModel = {
  config: (origin) => ({ homeserver: origin, access_token: TOKEN, room_id: ROOM }),
  secrets: [TOKEN],
  answer: (request) => {
    const { method, url, headers, body } = request;
    if (!url.pathname.startsWith("/_matrix/")) return null;
    if (headers["authorization"] !== `Bearer ${TOKEN}`)
      return failed(401, "M_UNKNOWN_TOKEN", { soft_logout: false });
    if (method !== "PUT") return failed(405, "M_UNRECOGNIZED");
    if (!url.pathname.startsWith(PATH)) return failed(403, "M_FORBIDDEN");
    if (!/^[0-9a-f-]{36}$/.test(url.pathname.slice(PATH.length))) return failed(400, "M_INVALID_PARAM");
    if (readBody(request) === null) return failed(400, "M_NOT_JSON");
    if (sample!.breaches(body, undefined as never).length > 0) return failed(413, "M_TOO_LARGE");
    return jsonAnswer(200, { event_id: "$event" });
  },
  tooMany: { answer: () => failed(429, "M_LIMIT_EXCEEDED", { retry_after_ms: 25_500 }), waitMs: 25_500 },
  refusal: { answer: () => failed(403, "M_FORBIDDEN"), reason: /the account is not in the room/ },
  read: ({ body }) => sample!.show!(body, undefined as never).text,
};
