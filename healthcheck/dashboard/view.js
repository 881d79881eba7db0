// How does an overview look? Builds elements; every text goes in as text, never as markup.

import { ago, count, plural, size, span, stamp } from "./format.js";

const FOLDER_STATUS = { idle: "pass", syncing: "pass", starting: "warn", paused: "warn", guarded: "warn", error: "fail" };
const RUN_STATUS = { done: "pass", nothing: "", partial: "warn", guarded: "warn", stopped: "", failed: "fail" };

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// A span of time that goes on counting: `tick` writes it anew each second.
export function since(time, suffix = "") {
  const made = element("time", { "data-since": time, "data-suffix": suffix, datetime: new Date(time * 1000).toISOString(), title: stamp(time) });
  writeSince(made);
  return made;
}

export function tick(root) {
  root.querySelectorAll("time[data-since]").forEach(writeSince);
}

function writeSince(made) {
  const time = Number(made.dataset.since);
  const text = made.dataset.suffix === "ago" ? ago(time) : span(Date.now() / 1000 - time);
  if (made.textContent !== text) made.textContent = text;
}

export function causes(list) {
  return list.map((cause) =>
    element(
      "li",
      { "data-status": cause.status, "data-check": cause.check },
      element("span", { class: "tag" }, cause.status),
      element("span", { class: "output" }, cause.output),
      cause.remedy ? element("span", { class: "remedy" }, cause.remedy) : null,
    ),
  );
}

export function programs(list) {
  if (list.length === 0) return [element("p", { class: "empty" }, "supervisord does not answer.")];
  const items = list.map((program) =>
    element(
      "li",
      { "data-program": program.name },
      element("span", { class: "dot", "data-status": program.status, role: "img", "aria-label": program.status }),
      element("span", { class: "name" }, program.name),
      element("span", { class: "quiet" }, program.state),
      element(
        "span",
        { class: "quiet detail" },
        program.since ? "up " : "not up",
        program.since ? since(program.since) : null,
        program.restarts ? `, ${plural(program.restarts, "restart")}` : "",
      ),
    ),
  );
  return [element("ul", { class: "programs" }, ...items)];
}

export function disk(space) {
  if (!space) return [element("p", { class: "empty" }, "The disk does not answer.")];
  const used = space.total - space.free;
  const share = space.total ? used / space.total : 1;
  return [
    element("p", {}, element("strong", { class: "number" }, size(space.free)), ` free of ${size(space.total)}`),
    element("progress", { max: 1, value: share, class: share > 0.95 ? "full" : null, "aria-label": `${Math.round(share * 100)} % used` }),
  ];
}

export function folders(list) {
  if (list === null) return [element("p", { class: "panel empty" }, "sync does not answer, so nothing is known of the folders. The verdict above says why.")];
  if (list.length === 0) return [element("p", { class: "panel empty" }, "No folder is kept.")];
  return list.map(folder);
}

function folder(item) {
  const figure = (name, value, more) => element("div", {}, element("dt", {}, name), element("dd", {}, value, more ? element("span", { class: "quiet" }, ` ${more}`) : null));
  return element(
    "article",
    { class: "panel", "data-folder": item.name },
    element(
      "div",
      { class: "folder-head" },
      element("div", {}, element("h3", {}, item.name), element("span", { class: "quiet" }, `${item.mode} with ${item.remote}`)),
      element("span", { class: "pill", "data-status": FOLDER_STATUS[item.state] ?? "warn" }, item.state),
    ),
    item.progress ? progress(item.progress) : null,
    element(
      "dl",
      { class: "figures" },
      figure("Here", count(item.files?.local), size(item.bytes?.local)),
      figure("Remote", count(item.files?.remote), size(item.bytes?.remote)),
      figure("Pending", count(item.pending)),
      figure("Conflicts", count(item.conflicts)),
      figure("Last success", item.last_success ? since(item.last_success, "ago") : "never"),
      item.failed ? figure("Failed", count(item.failed)) : null,
      item.skipped ? figure("Left out", count(item.skipped)) : null,
    ),
    item.error ? element("p", { class: "trouble" }, element("strong", {}, item.error.message), item.error.remedy ? ` → ${item.error.remedy}` : "") : null,
    item.guard ? element("p", { class: "trouble" }, element("strong", {}, item.guard.text), item.guard.remedy ? ` → ${item.guard.remedy}` : "") : null,
  );
}

function progress(item) {
  const share = item.bytes_total ? item.bytes_done / item.bytes_total : item.total ? item.done / item.total : 0;
  const rate = item.bytes_per_second ? `, ${size(item.bytes_per_second)}/s` : "";
  const left = item.eta_seconds ? `, ${span(item.eta_seconds)} left` : "";
  return element(
    "div",
    {},
    element("progress", { max: 1, value: share, "aria-label": "progress of this run" }),
    element("p", { class: "quiet number" }, `${count(item.done)} of ${plural(item.total, "action")}, ${size(item.bytes_done)} of ${size(item.bytes_total)}${rate}${left}`),
  );
}

export function runs(list) {
  if (list === null) return [element("p", { class: "empty" }, "sync does not answer.")];
  if (list.length === 0) return [element("p", { class: "empty" }, "No run yet.")];
  return [
    table(
      ["When", "Folder", "Outcome", "What", "Bytes", "Took"],
      list.map((run) => [
        since(run.started, "ago"),
        run.folder,
        element("span", { class: "pill", "data-status": RUN_STATUS[run.outcome] ?? "" }, run.outcome),
        done(run),
        size(run.bytes),
        run.finished ? span(run.finished - run.started) : "running",
      ]),
      { numeric: [4, 5], extra: [1, 4, 5] },
    ),
  ];
}

const DONE = {
  uploaded: "uploaded",
  downloaded: "downloaded",
  moved: "moved",
  trashed: "trashed",
  conflicts: "conflicts",
  failed: "failed",
  waiting: "still being written or deleted",
  left: "left to the container that writes",
};

function done(run) {
  const parts = Object.entries(DONE).filter(([name]) => run[name]).map(([name, words]) => `${count(run[name])} ${words}`);
  return parts.join(", ") || (run.error?.message ?? run.error ?? "–");
}

// Columns in `extra` are left out where there is little room.
export function table(heads, rows, { numeric = [], extra = [] } = {}) {
  const kind = (index) => [numeric.includes(index) ? "number" : "", extra.includes(index) ? "extra" : ""].join(" ").trim() || null;
  const cells = (tag, row, attributes = {}) => row.map((cell, index) => element(tag, { class: kind(index), ...attributes }, cell));
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, ...cells("th", heads, { scope: "col" }))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells("td", row)))),
  );
}
