// What may a person with the token do here? Sync, pause, verify, decide conflicts and guard rails, find and restore files.

import { call } from "./client.js";
import { size, stamp } from "./format.js";
import { element, table } from "./view.js";

export function buttons(overview, act) {
  const paused = (overview.folders ?? []).some((folder) => folder.state === "paused");
  return [
    action("Sync now", "", () => act("POST", "sync", {}, "A run was started.")),
    paused
      ? action("Resume", "plain", () => act("POST", "resume", {}, "Resumed."))
      : action("Pause", "plain", () => act("POST", "pause", {}, "Paused: nothing is kept in step until you resume.")),
    action("Verify", "plain", () => act("POST", "verify", {}, "Comparing the content on both sides; the result shows in the verdict.")),
  ];
}

export async function decisions(act) {
  const { conflicts, guards } = await call("GET", "conflicts");
  return [...guards.map((item) => guard(item, act)), ...conflicts.map((item) => conflict(item, act))];
}

function guard(item, act) {
  const decide = (decision, told) => () => act("POST", "guards/decide", { folder: item.folder, decision }, told);
  return element(
    "article",
    { class: "panel" },
    element("h3", {}, item.text),
    element("p", { class: "quiet" }, `folder ${item.folder}, since ${stamp(item.time)}${item.remedy ? ` → ${item.remedy}` : ""}`),
    element(
      "div",
      { class: "row" },
      action("Look again, delete nothing", "", decide("rescan", "Looking again.")),
      action("Go on, this is meant", "danger", decide("proceed", "Going on.")),
    ),
  );
}

function conflict(item, act) {
  const keep = (side) => () => act("POST", "conflicts/resolve", { path: item.path, keep: side, folder: item.folder }, `${item.path}: kept ${side}.`);
  return element(
    "article",
    { class: "panel" },
    element("h3", {}, item.path),
    element("p", { class: "quiet" }, `changed on both sides, ${stamp(item.time)}; the other version is ${item.copy}`),
    element("div", { class: "row" }, action("Keep local", "plain", keep("local")), action("Keep remote", "plain", keep("remote")), action("Keep both", "", keep("both"))),
  );
}

export async function files(query, show) {
  const { files: found, total } = await call("GET", `files?limit=100&query=${encodeURIComponent(query)}`);
  if (found.length === 0) return [element("p", { class: "empty" }, "No file of that name is known.")];
  const rows = found.map((file) => [
    element("span", { class: "path" }, file.path),
    size(file.size),
    file.mtime ? stamp(file.mtime) : "–",
    file.state,
    action("Versions", "plain small", () => show(file.path)),
  ]);
  const more = total > found.length ? [element("p", { class: "quiet" }, `${found.length} of ${total} are shown.`)] : [];
  return [element("div", { class: "panel scroll" }, table(["Path", "Size", "Changed", "State", ""], rows, { numeric: [1], extra: [2] })), ...more];
}

export async function versions(path, act) {
  const { versions: kept } = await call("GET", `history?path=${encodeURIComponent(path)}`);
  if (kept.length === 0) return [element("p", { class: "panel" }, `No earlier version of ${path} is kept.`)];
  const rows = kept.map((version) => [
    stamp(version.time),
    size(version.size),
    `${version.reason} on the ${version.side} side`,
    action("Restore", "plain small", () => act("POST", "restore", { path, version: version.version }, `${path} was restored.`)),
  ]);
  return [element("div", { class: "panel scroll" }, element("h3", {}, path), table(["When", "Size", "Why it is kept", ""], rows, { numeric: [1] }))];
}

function action(text, kind, run) {
  const button = element("button", { type: "button", class: kind || null }, text);
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await run();
    } finally {
      button.disabled = false;
    }
  });
  return button;
}
