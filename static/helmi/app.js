/* Small comforts. Every page works without this file. */
(function () {
  "use strict";

  /* Menus close on Escape, on a click elsewhere, and when another one opens. */
  function closeMenus(except) {
    document.querySelectorAll("details.menu[open], details.more[open]").forEach(function (menu) {
      if (menu !== except) { menu.open = false; }
    });
  }
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") { return; }
    var open = event.target.closest ? event.target.closest("details.menu[open], details.more[open]") : null;
    closeMenus(null);
    if (open) { open.querySelector("summary").focus(); }
  });
  document.addEventListener("click", function (event) {
    closeMenus(event.target.closest("details.menu, details.more"));
  });

  /* The summary of errors takes the focus, also after a swap; a link in it goes into its field. */
  function focusErrors(root) {
    var summary = root.querySelector(".errsum");
    if (summary) { summary.focus(); }
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest(".errsum a[href^='#']");
    var field = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!field) { return; }
    event.preventDefault();
    (field.closest(".field") || field).scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });

  /* A form is sent once: a second press of the button within five seconds does nothing. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post" || form.hasAttribute("data-hx-post")) { return; }
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(function () { delete form.dataset.sent; }, 5000);
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });

  /* Signing out takes the names that a phone keeps for the door of an event along; what is not sent holds none. */
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!/\/logout\/$/.test(form.getAttribute("action") || "") || !window.indexedDB || !indexedDB.databases) { return; }
    if (event.defaultPrevented) { return; }
    event.preventDefault();
    var leave = function () { if (!form.dataset.left) { form.dataset.left = "yes"; form.submit(); } };
    window.setTimeout(leave, 1000);
    indexedDB.databases().then(function (found) {
      if (!found.some(function (one) { return one.name === "helmi-door"; })) { leave(); return; }
      var asked = indexedDB.open("helmi-door");
      asked.onerror = leave;
      asked.onsuccess = function () {
        var work = asked.result.transaction(["keys", "lists"], "readwrite");
        work.objectStore("lists").clear();
        work.objectStore("keys").delete(IDBKeyRange.bound("names:", "names:\uffff"));
        work.oncomplete = work.onabort = leave;
      };
    }, leave);
  });

  /* Tell the outcome of a swap: an element with data-announce speaks through the page's one status region. */
  function announce(text) {
    var region = document.getElementById("announcer");
    if (region) { region.textContent = ""; window.setTimeout(function () { region.textContent = text; }, 50); }
  }
  document.addEventListener("htmx:afterSettle", function (event) {
    var root = event.detail.elt || document;
    focusErrors(root);
    var told = root.matches && root.matches("[data-announce]") ? root : root.querySelector("[data-announce]");
    if (told) { announce(told.getAttribute("data-announce") || told.textContent.trim()); }
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    var status = event.detail.xhr.status; /* a form with errors is shown; so is a refusal */
    if (status === 422 || status === 409) { event.detail.shouldSwap = true; event.detail.isError = false; }
  });

  /* Polling stops while nobody looks. */
  document.addEventListener("htmx:beforeRequest", function (event) {
    if (document.hidden && event.detail.elt.hasAttribute("data-poll")) { event.preventDefault(); }
  });

  /* On a narrow screen the row of sibling pages stands scrolled to where the reader is. */
  document.querySelectorAll(".subnav [aria-current]").forEach(function (link) {
    var row = link.closest("ul");
    while (row && row.scrollWidth <= row.clientWidth && !row.matches(".subnav")) { row = row.parentElement; }
    if (row) { row.scrollLeft += link.getBoundingClientRect().left - row.getBoundingClientRect().left - 24; }
  });

  /* A list's filters are folded where they would fill the screen; what they are set to stands in the summary. */
  var wide = window.matchMedia("(min-width: 48em)");
  function fold() {
    document.querySelectorAll("details[data-fold]").forEach(function (part) { part.open = wide.matches; });
  }
  wide.addEventListener("change", fold);
  fold();

  /* Buttons that only make sense with JavaScript show themselves. */
  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    if (!navigator.clipboard) { return; }
    button.hidden = false;
    button.addEventListener("click", function () {
      var from = document.getElementById(button.getAttribute("data-copy"));
      navigator.clipboard.writeText(from.value || from.textContent).then(function () {
        announce(button.getAttribute("data-copied") || "");
      });
    });
  });

  focusErrors(document);
}());
