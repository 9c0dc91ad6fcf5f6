/* Builds one line of the conversation, the same as page.html does, never from HTML text. */
(function () {
  "use strict";

  function make(tag, className, text) {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  function makePart(part) {
    if (!part.href) return document.createTextNode(part.text);
    const link = make("a", "", part.text);
    link.href = part.href;
    if (part.href.slice(0, 4) !== "tel:") {
      link.target = "_blank";
      link.rel = "noopener noreferrer";
    }
    return link;
  }

  function makeRow(row) {
    const element = make("p", ["row", row.kind, row.gap ? "gap" : ""].filter(Boolean).join(" "));
    row.parts.forEach((part) => element.appendChild(makePart(part)));
    return element;
  }

  function makeChoice(choice, index) {
    const button = make("button", "choice");
    button.name = "choice";
    button.value = choice.value;
    button.appendChild(make("span", "number", index + 1 + "."));
    button.appendChild(document.createTextNode(" "));
    button.appendChild(make("span", "label", choice.label));
    return button;
  }

  function makeChoices(choices) {
    const form = make("form", "choices");
    form.method = "post";
    form.action = "/chat";
    form.setAttribute("aria-label", "Các nút để chọn");
    choices.forEach((choice, index) => form.appendChild(makeChoice(choice, index)));
    return form;
  }

  function makeWhen(line) {
    const when = make("p", "when");
    const time = make("time", "", line.time);
    time.dateTime = line.at;
    when.appendChild(time);
    return when;
  }

  function makeLine(line) {
    const element = make("div", "line " + (line.mine ? "mine" : "theirs"));
    if (line.id) element.dataset.id = line.id;
    if (line.id) element.dataset.at = line.at;
    const bubble = make("div", "bubble");
    bubble.appendChild(make("span", "unseen", line.mine ? "Bà con:" : "Đối Thoại:"));
    if (line.heading) {
      bubble.appendChild(make("p", "heading")).appendChild(make("strong", "", line.heading));
    }
    line.rows.forEach((row) => bubble.appendChild(makeRow(row)));
    element.appendChild(bubble);
    if (line.choices.length) element.appendChild(makeChoices(line.choices));
    element.appendChild(makeWhen(line));
    return element;
  }

  function nowInVietnam() {
    const now = new Date();
    const local = new Date(now.getTime() + 7 * 3600000).toISOString();
    return { at: now.toISOString(), day: local.slice(0, 10), time: local.slice(11, 16) };
  }

  window.doithoai = { make: make, makeLine: makeLine, nowInVietnam: nowInVietnam };
})();
