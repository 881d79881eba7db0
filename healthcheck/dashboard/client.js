// How does the page talk to the health server? Live by server-sent events, by asking when those fail.

const ASK_AGAIN = 3000;
const SILENCE = 20000;

let token = sessionStorage.getItem("helix-token") ?? "";

export const hasToken = () => token !== "";

export function setToken(value) {
  token = value;
  if (value) sessionStorage.setItem("helix-token", value);
  else sessionStorage.removeItem("helix-token");
}

// Asks or acts; throws an Error with message, remedy and status.
export async function call(method, path, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  if (method === "POST") headers["Idempotency-Key"] = crypto.getRandomValues(new Uint32Array(4)).join("-");
  let response;
  try {
    response = await fetch(`/api/v1/${path}`, { method, headers, body: body ? JSON.stringify(body) : undefined });
  } catch {
    throw Object.assign(new Error("the health server does not answer"), { remedy: "is the container running?", status: 0 });
  }
  const answer = await response.json();
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.error.message), { remedy: answer.error.remedy, status: response.status });
}

// Calls `show` with each new overview and `link` with "live", "polling" or "lost".
export function follow(show, link) {
  let heard = 0;
  const source = new EventSource("/events");
  const hear = () => {
    heard = Date.now();
    link("live");
  };
  source.addEventListener("open", hear);
  source.addEventListener("status", (event) => {
    hear();
    show(JSON.parse(event.data));
  });
  setInterval(async () => {
    if (source.readyState === EventSource.OPEN && Date.now() - heard < SILENCE) return;
    try {
      show(await call("GET", "status"));
      link(source.readyState === EventSource.OPEN ? "live" : "polling");
    } catch {
      link("lost");
    }
  }, ASK_AGAIN);
}
