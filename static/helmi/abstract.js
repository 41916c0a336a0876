// Buttons for the marks that an author may type. Without this file the marks stand beside the text as a list.
(function () {
  "use strict";
  const key = document.querySelector("[data-marks]");
  const area = key && document.getElementById(key.dataset.marks);
  if (!area) return;

  function put(sample) {
    const from = area.selectionStart, to = area.selectionEnd, chosen = area.value.slice(from, to);
    const list = /^(- |1\. )/.exec(sample);
    let before, after, words;
    if (list) {
      before = from && area.value[from - 1] !== "\n" ? "\n\n" : "";
      words = (chosen || sample.slice(list[0].length)).split("\n").map((line) => list[0] + line).join("\n");
      after = "\n";
    } else {
      const parts = /^([*~^[]+)(.*?)([*~^]+|\]\(.*\))$/.exec(sample.replace(/^H|O$|^m/g, ""));
      if (!parts) return;
      before = parts[1]; words = chosen || parts[2]; after = parts[3].replace("…", "");
    }
    area.focus();
    area.setRangeText(before + words + after, from, to, "end");
    if (!chosen) area.setSelectionRange(from + before.length, from + before.length + words.length);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  for (const code of key.querySelectorAll("code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline btn-small";
    button.append(code.cloneNode(true));
    button.addEventListener("click", () => put(code.textContent));
    code.replaceWith(button);
  }
})();
