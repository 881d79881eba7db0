// How do the parts of the page come together? Shows each overview that arrives, and only what changed in it.

import * as actions from "./actions.js";
import { call, follow, hasToken, setToken } from "./client.js";
import * as view from "./view.js";

const LINK = { live: "live", polling: "asking every 3 s", lost: "no connection" };

const at = (id) => document.getElementById(id);
const shown = new Map();
let latest = null;
let answerTimer = 0;

// Puts `make(value)` into the element, unless the same value is shown there already.
function put(id, value, make) {
  const key = JSON.stringify(value);
  if (shown.get(id) === key) return;
  shown.set(id, key);
  at(id).replaceChildren(...make(value));
}

function show(overview) {
  latest = overview;
  at("verdict").dataset.status = overview.status;
  put("causes", overview.causes, view.causes);
  const title = at("verdict").querySelector("h1");
  if (title.textContent !== overview.headline) title.textContent = overview.headline;
  document.title = `${{ pass: "✓", warn: "!", fail: "✕" }[overview.status] ?? "…"} Helix`;
  at("release").textContent = `${overview.version} · ${overview.commit.slice(0, 7)}`;
  put("programs", overview.programs, view.programs);
  put("disk", overview.disk, view.disk);
  put("folders", overview.folders, view.folders);
  put("runs", overview.runs, view.runs);
  showActions(overview);
}

function showActions(overview) {
  const unlocked = overview.actions && hasToken();
  at("sign-in").hidden = !overview.actions;
  at("sign-in").textContent = hasToken() ? "Forget token" : "Enter token";
  at("actions").hidden = !unlocked;
  at("files-section").hidden = !unlocked;
  if (!unlocked) {
    at("decisions").hidden = true;
    shown.delete("decision-list");
    return;
  }
  const paused = (overview.folders ?? []).map((folder) => folder.state === "paused");
  put("actions", paused, () => actions.buttons(overview, act));
  showDecisions(overview);
}

async function showDecisions(overview) {
  const waiting = (overview.folders ?? []).map((folder) => [folder.conflicts, folder.guard]);
  const key = JSON.stringify(waiting);
  if (shown.get("decision-list") === key) return;
  shown.set("decision-list", key);
  try {
    const list = await actions.decisions(act);
    at("decision-list").replaceChildren(...list);
    at("decisions").hidden = list.length === 0;
  } catch (error) {
    at("decisions").hidden = true;
    shown.delete("decision-list");
    if (error.status === 401) refuseToken();
  }
}

async function act(method, path, body, told) {
  try {
    await call(method, path, body);
    tell(told);
    shown.delete("decision-list");
    if (latest) show(latest);
  } catch (error) {
    if (error.status === 401) refuseToken();
    else tell(`${error.message}${error.remedy ? ` → ${error.remedy}` : ""}`, "fail");
  }
}

function refuseToken() {
  setToken("");
  if (latest) showActions(latest);
  tell("the token is not the one that is set → copy HEALTH_TOKEN from the platform's variables", "fail");
}

function tell(text, status = "pass") {
  const answer = at("answer");
  answer.textContent = text;
  answer.dataset.status = status;
  answer.hidden = false;
  clearTimeout(answerTimer);
  answerTimer = setTimeout(() => (answer.hidden = true), 10000);
}

function signIn() {
  if (hasToken()) {
    setToken("");
    showActions(latest);
    return;
  }
  at("token-form").hidden = false;
  at("token").focus();
}

async function unlock(event) {
  event.preventDefault();
  setToken(at("token").value);
  at("token").value = "";
  at("token-form").hidden = true;
  if (latest) showActions(latest);
}

async function find(event) {
  event.preventDefault();
  const list = async (make) => {
    try {
      at("files").replaceChildren(...(await make()));
    } catch (error) {
      tell(`${error.message}${error.remedy ? ` → ${error.remedy}` : ""}`, "fail");
    }
  };
  await list(() => actions.files(at("files-query").value, (path) => list(() => actions.versions(path, act))));
}

at("sign-in").addEventListener("click", signIn);
at("token-form").addEventListener("submit", unlock);
at("token-cancel").addEventListener("click", () => (at("token-form").hidden = true));
at("files-form").addEventListener("submit", find);
setInterval(() => view.tick(document), 1000);
follow(show, (state) => {
  at("link").dataset.state = state;
  at("link").textContent = LINK[state];
});
