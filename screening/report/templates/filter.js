"use strict";
(function () {
  const rows = Array.from(document.querySelectorAll("#lines-table tbody tr"));
  const outcome = document.getElementById("filter-outcome");
  const text = document.getElementById("filter-text");
  const shown = document.getElementById("filter-shown");
  const words = rows.map((row) => row.textContent.toLocaleLowerCase());

  function apply() {
    const wanted = text.value.trim().toLocaleLowerCase();
    let count = 0;
    rows.forEach((row, index) => {
      const fits =
        (outcome.value === "" || row.dataset.outcome === outcome.value) &&
        (wanted === "" || words[index].includes(wanted));
      row.hidden = !fits;
      count += fits ? 1 : 0;
      const card = document.getElementById("line-" + row.dataset.line);
      if (card) card.hidden = !fits;
    });
    shown.textContent = count + " of " + rows.length + " lines are shown, and their cards.";
  }

  // report.html#outcome=review&text=drum opens filtered, so that a view can be passed on.
  function readAddress() {
    if (!/^#(outcome|text)=/.test(location.hash)) return;
    const given = new URLSearchParams(location.hash.slice(1));
    const asked = given.get("outcome") || "";
    if (Array.from(outcome.options).some((o) => o.value === asked)) outcome.value = asked;
    text.value = given.get("text") || "";
  }

  document.documentElement.classList.add("js");
  outcome.addEventListener("change", apply);
  text.addEventListener("input", apply);
  document.getElementById("filter-reset").addEventListener("click", function () {
    outcome.value = "";
    text.value = "";
    apply();
  });
  window.addEventListener("hashchange", function () {
    readAddress();
    apply();
  });
  readAddress();
  apply();
})();
