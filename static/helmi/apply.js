/* The second step of an application: the list of units follows the municipality, and the name of a unit is asked for
   only where it is not in the list. Without this file the whole list and the field are there. */
(function () {
  "use strict";
  var municipality = document.getElementById("id_organisation");
  var unit = document.getElementById("id_unit");
  var typed = document.getElementById("div_id_typed_unit");
  if (!municipality || !unit || !typed) { return; }
  var groups = Array.prototype.map.call(unit.querySelectorAll("optgroup"), function (group) {
    return { node: group, employer: group.querySelector("option").getAttribute("data-employer") };
  });
  var other = unit.querySelector("option[value='other']");

  function follow() {
    var chosen = municipality.value;
    var selected = unit.selectedOptions[0];
    var employer = selected ? selected.getAttribute("data-employer") : null;
    if (chosen && employer && employer !== chosen) { unit.value = ""; }
    groups.forEach(function (group) {
      if (!chosen || group.employer === chosen) { unit.insertBefore(group.node, other); } else { group.node.remove(); }
    });
  }
  function ask() { typed.hidden = unit.value !== "other"; }

  municipality.addEventListener("change", function () { follow(); ask(); });
  unit.addEventListener("change", ask);
  follow();
  ask();
}());
