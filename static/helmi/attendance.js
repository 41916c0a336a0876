// The attendance grid: one Tab stop, arrow keys move, letters and 1–7 set a mark, Enter goes down, Ctrl+Z undoes.
(() => {
  const table = document.querySelector("[data-attendance]");
  if (!table) return;
  const status = document.querySelector("[data-attendance-status]") || document.getElementById("announcer");
  const csrf = () => JSON.parse(document.body.getAttribute("data-hx-headers") || "{}")["X-CSRFToken"] || "";
  const keys = {};
  keys[table.dataset.present.toLowerCase()] = "n";
  keys[table.dataset.notified.toLowerCase()] = "a";
  keys[table.dataset.absent.toLowerCase()] = "f";
  const done = [];
  const cells = () => [...table.querySelectorAll("button[data-registration]")];
  const find = (registration) => table.querySelector(`button[data-registration="${registration}"]`);
  const rest = (cell) => {
    cells().forEach((other) => { other.tabIndex = -1; });
    if (cell) cell.tabIndex = 0;
  };
  const go = (cell) => { if (cell) { rest(cell); cell.focus(); } };

  const near = (cell, down, right) => {
    const row = cell.closest("tr");
    if (right) {
      const inRow = [...row.querySelectorAll("button[data-registration]")];
      return inRow[inRow.indexOf(cell) + right];
    }
    let next = row;
    while ((next = down > 0 ? next.nextElementSibling : next.previousElementSibling)) {
      const same = next.querySelector(`button[data-day="${cell.dataset.day}"]`);
      if (same) return same;
    }
    return undefined;
  };

  const save = async (registration, mark, said) => {
    const cell = find(registration);
    const row = cell.closest("tr");
    const body = new URLSearchParams({ registration, mark });
    try {
      const answer = await fetch(table.dataset.attendance, {
        method: "POST", body, headers: { "X-CSRFToken": csrf(), "X-Requested-With": "fetch" },
      });
      const text = await answer.text();
      if (!answer.ok) {
        status.textContent = answer.status === 422 ? text : table.dataset.failed;
        return false;
      }
      const fresh = new DOMParser().parseFromString(`<table><tbody>${text}</tbody></table>`, "text/html").querySelector("tr");
      const focused = document.activeElement && document.activeElement.dataset ? document.activeElement.dataset.registration : "";
      row.replaceWith(document.importNode(fresh, true));
      if (focused && find(focused)) go(find(focused));
      status.textContent = said;
      return true;
    } catch {
      status.textContent = table.dataset.failed;
      return false;
    }
  };

  let queue = Promise.resolve();
  const set = (cell, mark) => {
    const registration = cell.dataset.registration;
    const before = cell.dataset.mark;
    queue = queue.then(async () => {
      if (await save(registration, mark, table.dataset.saved)) done.push([registration, before]);
    });
  };

  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("button[data-registration]");
    if (!cell) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") {
      event.preventDefault();
      queue = queue.then(async () => {
        const last = done.pop();
        if (last && await save(last[0], last[1], table.dataset.undone)) go(find(last[0]));
      });
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], Enter: [1, 0] };
    if (moves[event.key]) {
      event.preventDefault();
      go(near(cell, ...moves[event.key]));
    } else if (keys[event.key.toLowerCase()]) {
      event.preventDefault();
      set(cell, keys[event.key.toLowerCase()]);
    } else if (/^[1-7]$/.test(event.key)) {
      event.preventDefault();
      set(cell, event.key);
    } else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      set(cell, "");
    }
  });

  // A click or tap goes round the marks: present, notified, absent.
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("button[data-registration]");
    if (!cell) return;
    go(cell);
    set(cell, { "": "n", n: "a", a: "f", f: "n" }[cell.dataset.mark] || "n");
  });

  table.addEventListener("focusin", (event) => {
    const cell = event.target.closest("button[data-registration]");
    if (cell) rest(cell);
  });
  rest(cells().find((cell) => cell.classList.contains("q")) || cells()[0]);
})();
