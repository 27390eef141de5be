// Sends recordings one after the other, each with what is known of it: a JSON of the same name, a row of a CSV, the form.
"use strict";

const form = document.querySelector("#bring");
const picker = document.querySelector("#files");
const drop = document.querySelector("#drop");
const FILE_COLUMNS = ["file", "filename", "recording", "录音", "文件名"];
const COLUMNS = {
  "方向": "direction", "坐席": "agent", "工号": "agent", "团队": "team", "班组": "team", "号码": "number", "客户号码": "number",
  "客户": "customer", "开始时间": "started_at", "队列": "queue", "标签": "tags",
};
let chosen = [];

const stem = (name) => name.replace(/\.[^.]*$/, "");
const isMetadata = (file) => /\.(json|csv)$/i.test(file.name);

function choose(files) {
  chosen = [...files];
  drop.textContent = chosen.map((file) => file.name).join("  ");
}

picker.addEventListener("change", () => choose(picker.files));
for (const kind of ["dragenter", "dragover"]) {
  drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("over"); });
}
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  choose(event.dataTransfer.files);
});

// RFC 4180, as much of it as a list of recordings needs.
function parseCsv(text) {
  const rows = [[]];
  let cell = "", quoted = false;
  const source = text.replace(/^\ufeff/, "");
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (quoted) {
      if (c === '"' && source[i + 1] === '"') { cell += '"'; i++; } else if (c === '"') quoted = false; else cell += c;
    } else if (c === '"') quoted = true;
    else if (c === ",") { rows.at(-1).push(cell); cell = ""; }
    else if (c === "\n") { rows.at(-1).push(cell); cell = ""; rows.push([]); }
    else if (c !== "\r") cell += c;
  }
  rows.at(-1).push(cell);
  return rows.filter((row) => row.some((one) => one.trim()));
}

async function toldBy(files) {
  const told = new Map();
  for (const file of files.filter(isMetadata)) {
    const text = await file.text();
    if (/\.json$/i.test(file.name)) { told.set(stem(file.name), text); continue; }
    const [head, ...rows] = parseCsv(text);
    const names = head.map((name) => name.trim());
    const which = names.findIndex((name) => FILE_COLUMNS.includes(name.toLowerCase()));
    for (const row of which < 0 ? [] : rows) {
      const fields = names.map((name, i) => [COLUMNS[name] ?? name.toLowerCase(), row[i]?.trim()]);
      const plain = Object.fromEntries(fields.filter(([, value], i) => i !== which && value));
      told.set(stem(row[which].trim().split(/[\\/]/).at(-1)), JSON.stringify(plain));
    }
  }
  return told;
}

function own() {
  const plain = {};
  for (const [name, value] of new FormData(form)) if (String(value).trim()) plain[name] = String(value).trim();
  return JSON.stringify(plain);
}

function send(file, metadata, row) {
  const bar = row.querySelector("progress");
  const result = row.querySelector("td:last-child");
  const body = new FormData();
  body.append("sound", file);
  body.append("metadata", metadata);
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/v1/calls");
    request.setRequestHeader("X-Forgery-Token", JSON.parse(document.body.getAttribute("hx-headers"))["X-Forgery-Token"]);
    request.upload.onprogress = (event) => { bar.value = event.loaded / event.total; };
    request.onloadend = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* no answer: said below */ }
      if (request.status === 200 || request.status === 201) {
        bar.value = 1;
        const link = document.createElement("a");
        link.href = `/calls/${answer.id}`;
        link.textContent = request.status === 201 ? form.dataset.sent : form.dataset.before;
        result.replaceChildren(link);
      } else {
        const line = document.createElement("span");
        line.className = "wrong";
        const chinese = document.documentElement.lang.startsWith("zh");
        line.textContent = (chinese && answer.detail_zh) || answer.detail || `HTTP ${request.status}`;
        result.replaceChildren(line);
      }
      done();
    };
    request.send(body);
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const sounds = chosen.filter((file) => !isMetadata(file));
  const table = document.querySelector("#sent");
  table.hidden = false;
  const rows = table.querySelector("tbody");
  rows.replaceChildren();
  if (!sounds.length) {
    rows.insertAdjacentHTML("beforeend", '<tr><td colspan="3" class="wrong"></td></tr>');
    rows.querySelector("td").textContent = form.dataset.none;
    return;
  }
  const told = await toldBy(chosen);
  const lines = sounds.map((file) => {
    rows.insertAdjacentHTML("beforeend", '<tr><th scope="row"></th><td><progress max="1" value="0"></progress></td><td></td></tr>');
    const row = rows.lastElementChild;
    row.querySelector("th").textContent = file.name;
    row.querySelector("progress").setAttribute("aria-label", file.name);
    return [file, row];
  });
  for (const [file, row] of lines) await send(file, told.get(stem(file.name)) ?? own(), row);
});
