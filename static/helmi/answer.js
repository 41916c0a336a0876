/* A manager's answer: the reason is asked for with a no, the address with "not mine". Without this file both are there. */
(function () {
  "use strict";
  var parts = { no: document.getElementById("div_id_reason"), forward: document.getElementById("div_id_address") };
  var name = document.getElementById("div_id_name");
  var radios = document.querySelectorAll("input[name='answer']");

  function show() {
    var chosen = document.querySelector("input[name='answer']:checked");
    var answer = chosen ? chosen.value : "";
    Object.keys(parts).forEach(function (key) { if (parts[key]) { parts[key].hidden = key !== answer; } });
    if (name) { name.hidden = answer === "forward"; }
  }
  radios.forEach(function (radio) { radio.addEventListener("change", show); });
  show();
}());
