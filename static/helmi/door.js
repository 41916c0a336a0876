/* Check-in at the door of an event, with and without network.

   What a phone keeps, in the database "helmi-door": the list of names and each check-in that is not sent yet, both
   encrypted with AES-GCM under keys that no script can read out. The list and its key are erased at the first opening
   later than 24 hours after the event's end, at signing out, and by the button. What is not sent holds a code and a
   time, no name; it has a key of its own and stays until the server has taken it. Each check-in has a number made here,
   so that sending it again adds nothing. Without this file, or without what it needs, the page's plain list stands. */
(async () => {
  "use strict";
  const app = document.getElementById("door");
  if (!app || !window.isSecureContext || !window.indexedDB || !window.crypto.subtle) return;
  const at = (id) => document.getElementById(id);
  const EVENT = app.dataset.event;
  const BATCH = 100;
  const AGAIN = 30000;
  const SAME_CODE = 4000;

  let list = null; // as the server sent it last

  /* ---------- Words ---------- */
  const say = (key, facts) => {
    let text = app.getAttribute(`data-say-${key}`) || "";
    Object.entries(facts || {}).forEach(([name, value]) => { text = text.replace(`%(${name})s`, String(value)); });
    return text;
  };
  const counted = (key, n) => say(`${key}-${n === 1 ? "one" : "many"}`, { n });
  /* Times as everywhere else here, on the wall of the event: kl. 9.05, klo 9.05, 9.05am. */
  const language = document.documentElement.lang.slice(0, 2);
  const clock = (moment) => {
    const asked = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: list ? list.zone : undefined };
    const parts = new Intl.DateTimeFormat("en-GB", asked).formatToParts(moment);
    const [hour, minute] = ["hour", "minute"].map((kind) => Number(parts.find((part) => part.type === kind).value));
    const minutes = String(minute).padStart(2, "0");
    if (language !== "en") return `${language === "fi" ? "klo" : "kl."} ${hour}.${minutes}`;
    return `${hour % 12 || 12}${minute ? `.${minutes}` : ""}${hour < 12 ? "am" : "pm"}`;
  };
  const bare = { å: "a", ä: "a", ö: "o", ø: "o", æ: "a", š: "s", ž: "z" };
  const fold = (text) => text.toLowerCase().normalize("NFC").replace(/[åäöøæšž]/g, (letter) => bare[letter])
    .normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const plainCode = (text) => {
    const put = { O: "0", I: "1", L: "1", U: "V" };
    const letters = text.slice(0, 40).toUpperCase().replace(/[^0-9A-Z]/g, "").replace(/[OILU]/g, (letter) => put[letter]);
    return letters.length > 6 ? `${letters.slice(0, -6)}-${letters.slice(-6)}` : letters;
  };

  /* ---------- The phone's store ---------- */
  const opened = await new Promise((resolve) => {
    const asked = indexedDB.open("helmi-door", 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("keys", { keyPath: "id" });
      asked.result.createObjectStore("lists", { keyPath: "event" });
      asked.result.createObjectStore("queue", { keyPath: "nonce" });
    };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => resolve(null);
  });
  if (!opened) return;
  const stored = (name, mode, deed) => new Promise((resolve, reject) => {
    const work = opened.transaction(name, mode);
    const asked = deed(work.objectStore(name));
    work.oncomplete = () => resolve(asked ? asked.result : undefined);
    work.onerror = () => reject(work.error);
    work.onabort = () => reject(work.error);
  });
  const one = (name, id) => stored(name, "readonly", (store) => store.get(id));
  const all = (name) => stored(name, "readonly", (store) => store.getAll());
  const put = (name, row) => stored(name, "readwrite", (store) => store.put(row));
  const drop = (name, id) => stored(name, "readwrite", (store) => store.delete(id));

  async function keyFor(purpose) {
    const id = `${purpose}:${EVENT}`;
    const row = await one("keys", id);
    if (row) return row.key;
    const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await put("keys", { id, key });
    return key;
  }
  async function shut(purpose, facts) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const text = new TextEncoder().encode(JSON.stringify(facts));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keyFor(purpose), text) };
  }
  async function unshut(purpose, row) {
    const text = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv }, await keyFor(purpose), row.data);
    return JSON.parse(new TextDecoder().decode(text));
  }
  async function erase(event) {
    await drop("keys", `names:${event}`);
    await drop("lists", event);
  }
  /* At each opening: the list of every event that has been over for a day goes, with its key. */
  async function sweep() {
    const old = (await all("lists")).filter((row) => row.until < Date.now());
    for (const row of old) await erase(row.event);
    return old.some((row) => row.event === EVENT);
  }

  /* ---------- What stands ---------- */
  let queue = []; // check-ins that are not sent, in their order
  let half = ""; // chosen by hand; else the clock chooses
  let token = "";
  let net = navigator.onLine ? "online" : "offline";
  let signedOut = false;
  let trouble = "";
  let last = 0;
  let gone = "";

  async function remember(fresh) {
    token = fresh.token;
    const { token: _mine, ...facts } = fresh;
    list = facts;
    if (facts.until < Date.now()) {
      list = null;
      gone = say("over");
      await erase(EVENT);
      return;
    }
    gone = "";
    await put("lists", { event: EVENT, until: facts.until, ...(await shut("names", facts)) });
  }
  async function recall() {
    const row = await one("lists", EVENT);
    if (row) {
      try { list = await unshut("names", row); } catch { await erase(EVENT); }
    }
    const rows = (await all("queue")).filter((mine) => mine.event === EVENT);
    for (const mine of rows) {
      try { queue.push({ ...(await unshut("queue", mine)), nonce: mine.nonce }); } catch { await drop("queue", mine.nonce); }
    }
    queue.sort((a, b) => (a.at < b.at ? -1 : 1));
    last = queue.length ? Date.parse(queue[queue.length - 1].at) : 0;
  }
  const current = () => {
    if (half || !list) return half;
    const begun = list.halves.filter((one) => one.from <= Date.now());
    return (begun.length ? begun[begun.length - 1] : list.halves[0]).key;
  };
  /* Since when somebody is here: what the server knows, and then what this phone has seen since. */
  const since = (person) => {
    let moment = person.here[current()] || 0;
    queue.filter((fact) => fact.code === person.code && fact.half === current()).forEach((fact) => {
      if (!fact.here) moment = 0;
      else moment = moment || Date.parse(fact.at);
    });
    return moment;
  };

  /* ---------- The page ---------- */
  const row = (person) => {
    const moment = since(person);
    const item = document.createElement("li");
    item.className = moment ? "door-row is-here" : "door-row";
    const who = document.createElement("span");
    who.className = "door-who";
    if (person.mark) {
      const mark = document.createElement("span");
      mark.className = `mark m${person.tint}`;
      mark.setAttribute("aria-hidden", "true");
      mark.textContent = person.mark;
      who.append(mark, " ");
    }
    const name = document.createElement("span");
    name.textContent = person.name;
    who.append(name);
    if (moment) {
      const when = document.createElement("span");
      when.className = "meta";
      when.textContent = say("since", { time: clock(moment) });
      who.append(when);
    }
    const button = document.createElement("button");
    button.type = "button";
    button.className = moment ? "btn btn-outline" : "btn btn-primary";
    button.textContent = say(moment ? "undo" : "check-in");
    const whom = document.createElement("span");
    whom.className = "visually-hidden";
    whom.textContent = `, ${person.name}`;
    button.append(whom);
    button.addEventListener("click", () => press(person, !moment, "list"));
    button.dataset.code = person.code;
    item.append(who, button);
    return item;
  };
  const hits = () => {
    const asked = at("door-q").value;
    const words = fold(asked).split(" ").filter(Boolean);
    if (!list || !words.length) return list ? list.people : [];
    const code = plainCode(asked);
    return list.people.filter((person) => {
      const parts = fold(person.name).split(" ");
      return person.code === code || words.every((word) => parts.some((part) => part.startsWith(word)));
    });
  };
  function drawList() {
    const shown = hits();
    const focused = document.activeElement && document.activeElement.dataset.code;
    at("door-list").replaceChildren(...shown.map(row));
    at("door-nobody").hidden = !list || shown.length > 0;
    const again = focused && at("door-list").querySelector(`button[data-code="${focused}"]`);
    if (again) again.focus();
  }
  function draw() {
    const people = list ? list.people : [];
    at("door-count").textContent = list
      ? say("count", { here: people.filter(since).length, all: people.length }) : "–";
    if (list && at("door-title")) at("door-title").textContent = list.title;
    const field = at("door-half");
    const halves = list ? list.halves : [];
    if (String(Array.from(field.options, (one) => one.text)) !== String(halves.map((one) => one.words))) {
      field.replaceChildren(...halves.map((one) => new Option(one.words, one.key)));
    }
    field.value = current();
    at("door-half-field").hidden = halves.length < 1;
    const lines = [];
    lines.push(net === "online" ? say("online") : say("offline"));
    if (queue.length) lines.push(counted("unsent", queue.length));
    if (trouble) lines.push(trouble);
    if (!list) lines.push(gone || (net === "offline" ? say("no-list") : ""));
    const told = lines.filter(Boolean).map((line) => (/[.!?]$/.test(line) ? line : `${line}.`)).join(" ");
    if (at("door-net").textContent !== told) at("door-net").textContent = told;
    at("door-net").classList.toggle("is-off", net !== "online" || queue.length > 0);
    const link = at("door-sign-in");
    link.hidden = !signedOut;
    link.querySelector("a").textContent = queue.length ? counted("sign-in", queue.length) : say("sign-in-none");
    drawList();
  }
  let undoable = null;
  function tell(text, back) {
    at("door-said-text").textContent = "";
    window.setTimeout(() => { at("door-said-text").textContent = text; }, 20);
    undoable = back || null;
    at("door-undo").hidden = !undoable;
  }

  /* ---------- Check-in ---------- */
  async function add(code, here, how) {
    last = Math.max(Date.now(), last + 1);
    const nonce = crypto.randomUUID();
    const fact = { code, half: current(), at: new Date(last).toISOString(), here, how };
    await put("queue", { nonce, event: EVENT, ...(await shut("queue", fact)) });
    queue.push({ ...fact, nonce });
  }
  async function press(person, here, how) {
    if (list && list.opens > Date.now()) { tell(say("closed")); return; }
    const moment = since(person);
    if (here && moment && how === "code") {
      await add(person.code, true, how);
      tell(say("already", { name: person.name, time: clock(moment) }));
    } else if (Boolean(moment) !== here) {
      await add(person.code, here, how);
      tell(say(here ? "here" : "back", { name: person.name }), here ? person : null);
    }
    if (navigator.vibrate) navigator.vibrate(60);
    draw();
    sync();
  }
  async function coded(text) {
    const code = plainCode(text);
    const person = list && list.people.find((one) => one.code === code);
    if (person) { await press(person, true, "code"); return; }
    if (code.length < 8) { tell(say("nobody")); return; }
    if (!list || list.opens > Date.now()) { tell(list ? say("closed") : say("no-list")); return; }
    await add(code, true, "code");
    tell(net === "online" ? "" : say("unknown-kept", { code }));
    draw();
    sync();
  }

  /* ---------- Network ---------- */
  async function ask(address, body) {
    const answer = await fetch(address, {
      method: body ? "POST" : "GET",
      body: body ? JSON.stringify(body) : undefined,
      headers: body ? { "Content-Type": "application/json", "X-CSRFToken": token } : {},
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(15000),
    });
    net = "online";
    signedOut = answer.type === "opaqueredirect" || answer.status === 401;
    return answer;
  }
  async function load() {
    const answer = await ask(app.dataset.names);
    if (signedOut) return false;
    if (answer.status === 404 || answer.status === 403) {
      list = null;
      gone = say("no-access");
      await erase(EVENT);
      return false;
    }
    if (!answer.ok) { trouble = say("failed"); return false; }
    await remember(await answer.json());
    return true;
  }
  async function send() {
    const batch = queue.slice(0, BATCH);
    const body = { seen: batch.map(({ nonce, code, half: part, at: moment, here, how }) => ({ nonce, code, half: part, at: moment, here, how })) };
    let answer = await ask(app.dataset.send, body);
    if (answer.status === 403 && (await load())) answer = await ask(app.dataset.send, body); // a token of an earlier sign-in
    if (signedOut) return false;
    if (!answer.ok) {
      trouble = answer.status === 409 ? (await answer.json()).reason : say("failed");
      return false;
    }
    const told = await answer.json();
    const done = new Set([...told.taken, ...told.unknown.map((one) => one.nonce), ...told.cancelled.map((one) => one.nonce)]);
    for (const nonce of done) await drop("queue", nonce);
    queue = queue.filter((fact) => !done.has(fact.nonce));
    if (!queue.length) await drop("keys", `queue:${EVENT}`);
    const lines = [
      ...told.unknown.map((one) => say("unknown", { code: one.code })),
      ...told.cancelled.map((one) => say("cancelled", { name: one.name })),
      ...(told.retimed ? [say("retimed")] : []),
    ];
    await remember(told.names);
    if (lines.length) tell(lines.join(" "));
    return done.size > 0;
  }
  let first = null; // the list that is asked for at the opening
  let running = false;
  let wanted = false;
  async function sync() {
    if (gone && !queue.length) return;
    if (running) { wanted = true; return; }
    running = true;
    do {
      wanted = false;
      trouble = "";
      try {
        let more = token && queue.length ? true : await load();
        while (more && queue.length) more = await send();
      } catch {
        net = "offline";
      }
      draw();
    } while (wanted && net === "online" && !signedOut);
    running = false;
  }

  /* ---------- The camera ---------- */
  async function camera() {
    const able = "BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia
      && (await window.BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code");
    at("door-camera").hidden = !able;
    at("door-blind").hidden = Boolean(able);
    if (!able) return;
    const button = at("door-scan");
    const words = button.querySelector("span");
    const start = words.textContent;
    const video = at("door-video");
    const reader = new window.BarcodeDetector({ formats: ["qr_code"] });
    let stream = null;
    let timer = 0;
    const seen = new Map();
    const look = async () => {
      if (!stream) return;
      try {
        for (const code of await reader.detect(video)) {
          if (Date.now() - (seen.get(code.rawValue) || 0) > SAME_CODE) await coded(code.rawValue);
          seen.set(code.rawValue, Date.now());
        }
      } catch { /* a picture that is not there yet */ }
      if (stream) timer = window.setTimeout(look, 200);
    };
    const stop = () => {
      window.clearTimeout(timer);
      if (stream) stream.getTracks().forEach((track) => track.stop());
      stream = null;
      video.srcObject = null;
      video.hidden = true;
      button.setAttribute("aria-pressed", "false");
      words.textContent = start;
    };
    button.addEventListener("click", async () => {
      if (stream) { stop(); return; }
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      } catch { tell(say("no-camera")); return; }
      video.srcObject = stream;
      video.hidden = false;
      video.play().catch(() => undefined); // pictures come when they come
      button.setAttribute("aria-pressed", "true");
      words.textContent = button.dataset.stop;
      look();
    });
    document.addEventListener("visibilitychange", () => { if (document.hidden) stop(); });
  }

  /* ---------- Begin ---------- */
  at("door-q").addEventListener("input", drawList);
  at("door-q").addEventListener("keydown", async (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const field = at("door-q");
    if (!field.value.trim()) return;
    if (!list) await first; // whoever is quicker than the list waits for it
    const shown = hits();
    const code = plainCode(field.value);
    if (shown.length === 1) await press(shown[0], true, shown[0].code === code ? "code" : "list");
    else if (!shown.length && /\d/.test(code)) await coded(field.value);
    else return;
    field.value = "";
    drawList();
  });
  at("door-half").addEventListener("change", () => { half = at("door-half").value; draw(); });
  at("door-undo").addEventListener("click", async () => {
    if (undoable) await press(undoable, false, "list");
    at("door-q").focus();
  });
  at("door-erase").addEventListener("click", async () => {
    const button = at("door-erase");
    if (queue.length && at("door-lost").hidden) {
      at("door-lost").hidden = false;
      at("door-lost").querySelector("p").textContent = queue.length === 1 ? say("lost-one", { n: 1 }) : say("lost", { n: queue.length });
      button.textContent = button.dataset.again;
      return;
    }
    for (const fact of queue) await drop("queue", fact.nonce);
    await drop("keys", `queue:${EVENT}`);
    await erase(EVENT);
    list = null;
    queue = [];
    gone = say("erased");
    at("door-lost").hidden = true;
    window.clearInterval(again);
    draw();
  });
  window.addEventListener("online", () => sync());
  window.addEventListener("offline", () => { net = "offline"; draw(); });

  if (await sweep()) gone = say("over");
  await recall();
  app.hidden = false;
  if (at("door-plain")) at("door-plain").remove();
  draw();
  camera();
  const again = window.setInterval(() => { if (!document.hidden && !gone) sync(); }, AGAIN);
  if (!gone || queue.length) first = sync();
  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(app.dataset.worker, { scope: app.dataset.door }).catch(() => undefined);
  }
})();
