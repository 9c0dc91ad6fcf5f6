"use strict";
const plain = (text) =>
  text.toLowerCase().replace(/đ/g, "d").normalize("NFD").replace(/[\u0300-\u036f]/g, "");
const wordsOf = (text) => plain(text).split(/[^a-z0-9]+/).filter(Boolean);
const box = document.getElementById("search");
const count = document.getElementById("count");
const cards = [...document.querySelectorAll("details")].map((element) => ({
  element,
  key: ` ${wordsOf(element.dataset.key).join(" ")} `,
}));
const show = () => {
  const words = wordsOf(box.value);
  let found = 0;
  for (const card of cards) {
    const fits = words.every((word) => card.key.includes(` ${word}`));
    card.element.hidden = !fits;
    found += fits;
  }
  for (const section of document.querySelectorAll("section"))
    section.hidden = !section.querySelector("details:not([hidden])");
  count.textContent = words.length ? `${found} mục` : "";
};
box.addEventListener("input", show);
document.getElementById("bar").hidden = false;
