/* The residents' page: sends without reloading, shows answers as they come, loses nothing.
   ES2017, no framework; a browser too old for this file keeps the plain form. */
(function () {
  "use strict";

  if (!window.fetch || !window.Promise || !document.body.closest) return;

  const SENDING = "Đang gửi…";
  const UNSENT = "Chưa gửi được, bấm để gửi lại";
  const SEARCHING = "Đang tìm câu trả lời…";
  const RECEIVED = "Đã nhận. Có câu trả lời sẽ hiện ở đây.";
  const OFFLINE = "Đang mất mạng. Tin chưa gửi vẫn còn ở đây, có mạng lại máy tự gửi.";
  const WEAK = "Mạng yếu, máy đang nối lại…";
  const STALE = "Trang đã cũ. Bà con tải lại trang giúp.";
  const TOO_LONG = "Tin dài quá 2000 chữ cái. Bà con chia thành hai, ba tin ngắn hơn rồi gửi giúp.";
  const LONGEST = 2000;
  const REPLY_TIMEOUT = 20000;
  const UPLOAD_TIMEOUT = 300000;
  const UNSENT_KEY = "doithoai-unsent";
  const SIZE_KEY = "doithoai-size";

  const makeLine = window.doithoai.makeLine;
  const make = window.doithoai.make;
  const attach = window.doithoai.attach;
  const nowInVietnam = window.doithoai.nowInVietnam;
  const find = (id) => document.getElementById(id);
  const log = find("log");
  const box = find("text");
  const typing = find("typing");
  const newer = find("newer");
  const bottom = document.querySelector(".bottom");
  const calm = window.matchMedia && matchMedia("(prefers-reduced-motion: reduce)").matches;

  let after = Number(log.dataset.after);
  let source = null;
  let followUntil = 0;
  let pause = 2000;
  let checks = [];
  let unsent = [];
  let queue = Promise.resolve();

  /* ---- Showing ---- */

  /* Over a keyboard there is no room for the foot of the page. */
  function findEnd() {
    const foot = document.querySelector(".foot").offsetTop;
    return window.innerHeight < 520 ? foot - window.innerHeight : document.body.scrollHeight;
  }

  function isNearEnd() {
    const foot = document.querySelector(".foot").offsetTop;
    return foot - window.pageYOffset - window.innerHeight < 180;
  }

  function scroll(top) {
    /* What comes during a smooth scroll to the end is followed too. */
    followUntil = top === findEnd() ? Date.now() + 800 : 0;
    if (calm || !("scrollBehavior" in document.documentElement.style)) window.scrollTo(0, top);
    else window.scrollTo({ top: top, behavior: "smooth" });
  }

  /* A long answer is read from its beginning. */
  function scrollTo(element) {
    const room = window.innerHeight - bottom.offsetHeight;
    const top = element.getBoundingClientRect().top + window.pageYOffset - 12;
    const isLong = element.offsetHeight > room - 40;
    scroll(isLong ? top : findEnd());
    newer.hidden = true;
  }

  function startDay(line) {
    const days = log.querySelectorAll(".day");
    if (days.length && days[days.length - 1].dataset.day >= line.day) return;
    const separator = make("p", "day");
    separator.dataset.day = line.day;
    separator.appendChild(make("span", "", line.new_day || "Hôm nay"));
    log.appendChild(separator);
  }

  /* Bubbles still on their way have no server time, and a phone's clock may be wrong. */
  function findLater(at) {
    return [].find.call(log.children, (child) => child.dataset.at > at);
  }

  function add(line) {
    const follow = isNearEnd() || !line.id || Date.now() < followUntil;
    const element = makeLine(line);
    const later = line.id ? findLater(line.at) : null;
    if (find("welcome")) find("welcome").hidden = true;
    if (!later) startDay(line);
    log.insertBefore(element, later || null);
    if (follow) scrollTo(element);
    else newer.hidden = false;
    return element;
  }

  function isShown(line) {
    return log.querySelector((line.mine ? ".mine" : ".theirs") + '[data-id="' + line.id + '"]');
  }

  function showAnswer(line) {
    after = Math.max(after, line.id);
    if (isShown(line)) return;
    stopWaiting();
    add(line);
  }

  /* Our own line in the history: it may be the bubble that this page has just sent, and then
     it comes back with its personal numbers masked. */
  function showOwn(line) {
    if (isShown(line)) return;
    const sent = [].find.call(log.querySelectorAll(".mine:not([data-id])"), (element) => {
      return element.dataset.text === line.text || /\d[\d .-]{7,}/.test(element.dataset.text);
    });
    if (sent) log.replaceChild(makeLine(line), sent);
    else add(line);
  }

  function say(text) {
    find("notice").textContent = text;
    find("notice").hidden = !text;
  }

  function sayOffline(text) {
    find("offline").textContent = text;
    find("offline").hidden = !text;
  }

  /* ---- Waiting for an answer: the stream brings it; if a proxy holds it back, we look ---- */

  function startWaiting() {
    stopWaiting();
    const dots = make("span", "dots");
    for (let n = 0; n < 3; n += 1) dots.appendChild(make("i"));
    typing.textContent = "";
    typing.appendChild(dots);
    typing.appendChild(document.createTextNode(SEARCHING));
    typing.hidden = false;
    checks = [6000, 15000, 40000].map((delay) => setTimeout(refresh, delay));
    checks.push(setTimeout(() => { typing.textContent = RECEIVED; }, 30000));
    scroll(findEnd());
  }

  function stopWaiting() {
    checks.forEach(clearTimeout);
    checks = [];
    typing.hidden = true;
  }

  function refresh() {
    return fetch("/chat/history", { credentials: "same-origin" })
      .then((answer) => (answer.ok ? answer.json() : { lines: [] }))
      .then((found) => {
        found.lines.forEach((line) => (line.mine ? showOwn : showAnswer)(line));
        const last = found.lines[found.lines.length - 1];
        if (last && !last.mine) stopWaiting();
      })
      .catch(() => {});
  }

  /* ---- Sending: one after another, each under its own id, so that a repeat changes nothing ---- */

  function newId() {
    const bytes = new Uint8Array(16);
    if (window.crypto) crypto.getRandomValues(bytes);
    else for (let n = 0; n < 16; n += 1) bytes[n] = Math.random() * 256;
    return [].map.call(bytes, (byte) => ("0" + byte.toString(16)).slice(-2)).join("");
  }

  function store() {
    try {
      /* A file is not kept: only the page that it was chosen on can send it. */
      const kept = unsent.filter((item) => !item.file);
      sessionStorage.setItem(UNSENT_KEY, JSON.stringify(kept, ["id", "text", "choice", "last"]));
    } catch (error) { /* A browser that keeps nothing still sends. */ }
  }

  function forget(item) {
    unsent = unsent.filter((other) => other !== item);
    store();
  }

  function lastOwn() {
    const own = log.querySelectorAll(".mine[data-id]");
    return own.length ? Number(own[own.length - 1].dataset.id) : 0;
  }

  function send(text, choice, kept) {
    show(kept || { id: newId(), text: text, choice: choice, last: lastOwn() }, text);
  }

  /* What is in the box goes along as the words to the file. */
  function sendFile(kind, file) {
    const caption = box.value.trim();
    if (caption.normalize("NFC").length > LONGEST) return say(TOO_LONG);
    const shown = attach.nameOf(kind, file) + (caption ? "\n" + caption : "");
    box.value = "";
    fit();
    const item = { id: newId(), text: caption, choice: "", last: lastOwn(), kind: kind, file: file };
    return show(item, shown);
  }

  function show(item, text) {
    const rows = text.split("\n").map((row) => ({ parts: [{ text: row }], kind: "", gap: false }));
    item.element = add(Object.assign({ mine: true, heading: "", rows: rows, choices: [] }, nowInVietnam()));
    item.element.dataset.text = text;
    item.state = item.element.querySelector(".when").appendChild(make("span"));
    unsent.push(item);
    store();
    say("");
    post(item);
  }

  function post(item) {
    item.busy = true;
    item.element.classList.remove("unsent");
    item.state.textContent = " · " + SENDING;
    queue = queue.then(() => attempt(item)).then(() => { item.busy = false; });
  }

  function attempt(item) {
    const body = item.choice ? { id: item.id, choice: item.choice } : { id: item.id, text: item.text };
    const request = fetch(item.file ? "/chat/attachments" : "/chat/messages", {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": item.file ? "application/octet-stream" : "application/json" },
      body: item.file ? attach.pack(item) : JSON.stringify(body),
    });
    const patience = item.file ? UPLOAD_TIMEOUT : REPLY_TIMEOUT;
    const late = new Promise((_, refuse) => setTimeout(refuse, patience));
    return Promise.race([request, late]).then((answer) => settle(item, answer), () => fail(item, ""));
  }

  function settle(item, answer) {
    if (answer.status === 202) {
      item.state.textContent = "";
      forget(item);
      startWaiting();
      if (!source) connect();
      return null;
    }
    if (answer.status === 401 || answer.status === 403) return fail(item, STALE);
    return answer.json().then((found) => refuse(item, answer.status, found.error), () => fail(item, ""));
  }

  /* What will never be taken goes back into the box; the rest may be tried again. */
  function refuse(item, status, reason) {
    if (status !== 400 && status !== 413) return fail(item, reason);
    forget(item);
    log.removeChild(item.element);
    say(reason);
    if (!item.choice && !box.value) box.value = item.text;
    fit();
    return null;
  }

  function fail(item, reason) {
    const again = make("button", "resend", UNSENT);
    again.type = "button";
    again.addEventListener("click", () => post(item));
    item.element.classList.add("unsent");
    item.state.textContent = " ";
    item.state.appendChild(again);
    if (reason) say(reason);
    scrollTo(item.element);
  }

  function resend() {
    unsent.filter((item) => !item.busy).forEach(post);
  }

  /* After a reload: what did arrive is in the history already. */
  function restore() {
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(UNSENT_KEY)) || [];
    } catch (error) { return; }
    kept.forEach((item) => {
      const arrived = [].some.call(log.querySelectorAll(".mine[data-id]"), (element) => {
        const rows = [].map.call(element.querySelectorAll(".row"), (row) => row.textContent);
        return Number(element.dataset.id) > item.last && rows.join("") === item.text.replace(/\n+/g, "");
      });
      if (!arrived) send(item.text, item.choice, item);
    });
    store();
  }

  /* ---- The stream ---- */

  function connect() {
    if (!window.EventSource || source) return;
    source = new EventSource("/chat/stream?after=" + after);
    source.onmessage = (event) => showAnswer(JSON.parse(event.data));
    source.onopen = () => {
      pause = 2000;
      sayOffline("");
    };
    source.onerror = () => {
      if (navigator.onLine !== false) sayOffline(WEAK);
      /* Closed for good (a server restarting behind a proxy): a new one, later and later. */
      if (source && source.readyState === 2) {
        source = null;
        setTimeout(connect, pause);
        pause = Math.min(pause * 2, 60000);
      }
    };
  }

  function disconnect() {
    if (source) source.close();
    source = null;
  }

  function reconnect() {
    disconnect();
    connect();
    refresh();
    resend();
  }

  /* A page nobody looks at lets go of its connection: a browser has only six per site. */
  let hiding = null;
  function watchVisibility() {
    clearTimeout(hiding);
    if (document.hidden) hiding = setTimeout(disconnect, 60000);
    else if (!source) reconnect();
  }

  /* ---- The box, the buttons, the size of the letters ---- */

  function fit() {
    box.style.height = "auto";
    box.style.height = box.scrollHeight + 3 + "px";
  }

  function submit() {
    const text = box.value.trim();
    if (!text) return box.focus();
    if (text.normalize("NFC").length > LONGEST) return say(TOO_LONG);
    box.value = "";
    fit();
    send(text, "");
    return box.focus();
  }

  function press(button) {
    send(button.querySelector(".label").textContent, button.name === "choice" ? button.value : "");
  }

  function resize(size) {
    document.documentElement.dataset.size = size;
    [].forEach.call(document.querySelectorAll(".sizes button"), (button) => {
      button.setAttribute("aria-pressed", String(button.dataset.to === size));
    });
    try {
      localStorage.setItem(SIZE_KEY, size);
    } catch (error) { /* Remembered only where the browser may. */ }
    fit();
  }

  function readSize() {
    try {
      return localStorage.getItem(SIZE_KEY) || "1";
    } catch (error) { return "1"; }
  }

  function onClick(event) {
    const button = event.target.closest && event.target.closest("button");
    if (!button) return;
    if (button.dataset.to) resize(button.dataset.to);
    else if (button.classList.contains("choice")) {
      event.preventDefault();
      press(button);
    }
  }

  function onKey(event) {
    /* Enter also ends a Vietnamese word being composed (229). */
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  }

  function start() {
    document.documentElement.classList.add("js");
    if (window.history.scrollRestoration) window.history.scrollRestoration = "manual";
    resize(readSize());
    document.addEventListener("click", onClick);
    box.addEventListener("keydown", onKey);
    box.addEventListener("input", () => {
      fit();
      say("");
    });
    find("write").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    newer.addEventListener("click", () => {
      const lines = log.querySelectorAll(".line");
      scrollTo(lines[lines.length - 1]);
    });
    window.addEventListener("scroll", () => { if (isNearEnd()) newer.hidden = true; });
    window.addEventListener("offline", () => sayOffline(OFFLINE));
    window.addEventListener("online", () => {
      sayOffline("");
      reconnect();
    });
    document.addEventListener("visibilitychange", watchVisibility);
    attach.start(sendFile, say);
    const last = log.lastElementChild;
    if (last) scrollTo(last);
    if (last && last.classList.contains("mine")) startWaiting();
    restore();
    connect();
    if (!window.EventSource) setInterval(refresh, 8000);
  }

  start();
})();
