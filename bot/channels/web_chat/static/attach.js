/* The paperclip: a photo, a voice or a file is chosen (or taken, where the phone offers it). */
(function () {
  "use strict";

  const NAMES = { photo: "[Ảnh]", voice: "[Ghi âm]", file: "[Tệp]" };
  const TOO_LARGE = "Tệp nặng quá. Bà con chọn tệp nhẹ hơn {} MB, hoặc chụp lại.";
  const EMPTY = "Tệp này trống. Bà con chọn tệp khác giúp.";
  const MEGABYTE = 1024 * 1024;

  function nameOf(kind, file) {
    return (NAMES[kind] + " " + (file.name || "")).trim();
  }

  /* One line of JSON, then the file as it is: nothing to assemble, nothing to encode. */
  function pack(item) {
    const name = (item.file.name || "").slice(-300);
    const type = (item.file.type || "").slice(0, 100);
    const head = { id: item.id, kind: item.kind, name: name, type: type, text: item.text };
    return new Blob([JSON.stringify(head), "\n", item.file]);
  }

  function open(clip, panel, isOpen) {
    panel.hidden = !isOpen;
    clip.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) panel.querySelector("input").focus();
  }

  function start(send, say) {
    const clip = document.getElementById("clip");
    const panel = document.getElementById("attach");
    if (!clip) return;
    const largest = Number(clip.dataset.largest);
    clip.addEventListener("click", () => open(clip, panel, panel.hidden));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      open(clip, panel, false);
      clip.focus();
    });
    panel.addEventListener("change", (event) => {
      const input = event.target;
      const file = input.files && input.files[0];
      const kind = input.parentNode.dataset.kind;
      open(clip, panel, false);
      clip.focus();
      if (!file) return;
      if (file.size > largest) say(TOO_LARGE.replace("{}", Math.floor(largest / MEGABYTE)));
      else if (!file.size) say(EMPTY);
      else send(kind, file);
      /* The same file may be chosen again. */
      input.value = "";
    });
  }

  window.doithoai.attach = { nameOf: nameOf, pack: pack, start: start };
})();
