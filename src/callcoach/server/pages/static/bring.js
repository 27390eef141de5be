// Sends recordings one after the other, each with what is known of it, field by field: a JSON
// of the same name, a row of a CSV, the form.
"use strict";

const form = document.querySelector("#bring");
const picker = document.querySelector("#files");
const drop = document.querySelector("#drop");
// What fields are called: the server's own list, the one watched folders are read by.
const FILE_COLUMNS = JSON.parse(form.dataset.fileColumns);
const COLUMNS = JSON.parse(form.dataset.columns);
const KEYS = new Set(JSON.parse(form.dataset.keys));
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

// Chinese spreadsheets write GB 18030, everything else UTF-8.
async function textOf(file) {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder("gb18030").decode(bytes);
  }
}

function knownFields(pairs) {
  const named = pairs.map(([name, value]) => [COLUMNS[name.trim()] ?? name.trim().toLowerCase(), value]);
  return Object.fromEntries(named.filter(([name, value]) => KEYS.has(name) && value !== "" && value !== null && value !== undefined));
}

// What the chosen files tell: `tables` a Map from a recording's name without its ending to the fields of its row, and
// `documents` one to the text of its JSON.
async function toldBy(files) {
  const tables = new Map(), documents = new Map(), own = new Map();
  for (const file of files.filter(isMetadata)) {
    const text = await textOf(file);
    if (/\.json$/i.test(file.name)) { documents.set(stem(file.name), text); continue; }
    const [head = [], ...rows] = parseCsv(text);
    const names = head.map((name) => name.trim());
    const which = names.findIndex((name) => FILE_COLUMNS.includes(name.toLowerCase()));
    const fieldsOf = (row) => knownFields(names.map((name, i) => [name, row[i]?.trim()]).filter((_, i) => i !== which));
    if (which >= 0) {
      for (const row of rows) if (row[which]) tables.set(stem(row[which].trim().split(/[\\/]/).at(-1)), fieldsOf(row));
    } else if (rows.length === 1) own.set(stem(file.name), fieldsOf(rows[0]));
  }
  for (const [name, fields] of own) if (!tables.has(name)) tables.set(name, fields);
  return { tables, documents };
}

// Field by field: the recording's own document, else its row of a table, else the form.
function metadataOf(name, { tables, documents }) {
  const ofForm = {};
  for (const [field, value] of new FormData(form)) if (String(value).trim()) ofForm[field] = String(value).trim();
  const below = { ...ofForm, ...tables.get(name) };
  const text = documents.get(name);
  if (text === undefined) return JSON.stringify(below);
  let plain;
  try { plain = JSON.parse(text); } catch { return text; } // the server says what is wrong with it
  if (plain === null || typeof plain !== "object" || Array.isArray(plain) || "recorder_version" in plain) return text;
  return JSON.stringify({ ...below, ...knownFields(Object.entries(plain)) });
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
  for (const [file, row] of lines) await send(file, metadataOf(stem(file.name), told), row);
});
