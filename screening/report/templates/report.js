"use strict";
(function () {
  const byId = (name) => document.getElementById(name);
  const ROOMY = 200; // up to here all rows are laid out, each as high as its text
  const EXTRA = 12; // rows kept above and below the view

  // --- the lines: taken out of the page, and put back as far as they are in view ---------------

  const body = byId("lines-body");
  const scroll = byId("lines-scroll");
  const table = byId("lines-table");
  const lines = Array.from(body.rows, (row, place) => {
    const ranks = row.dataset.ranks.split(" ").map(Number);
    const cell = (number) => row.cells[number].textContent;
    return {
      row,
      place,
      line: Number(row.dataset.line),
      text: row.textContent.toLocaleLowerCase(),
      reference: cell(1),
      goods: cell(2),
      route: cell(3),
      consignee: cell(4),
      day: cell(5),
      outcome: ranks[0],
      action: ranks[1],
      data: row.dataset,
    };
  });
  const pages = new Map();
  for (const page of Array.from(document.querySelectorAll("#pages > article"))) {
    pages.set(Number(page.dataset.line), page);
  }
  const shelf = byId("pages");
  shelf.replaceChildren();
  body.replaceChildren();
  const above = spacer();
  const below = spacer();
  let shown = lines;
  let first = 0;
  let last = 0;
  let height = 64;

  function spacer() {
    const row = document.createElement("tr");
    row.className = "spacer";
    row.setAttribute("aria-hidden", "true");
    row.append(document.createElement("td"));
    row.cells[0].colSpan = 9;
    return row;
  }

  function fill() {
    const many = shown.length > ROOMY;
    table.classList.add("ready");
    table.classList.toggle("many", many);
    table.setAttribute("aria-rowcount", String(shown.length + 1));
    body.replaceChildren(above, below);
    first = last = 0;
    if (many) {
      table.setAttribute("role", "table");
      table.tHead.setAttribute("role", "rowgroup");
      body.setAttribute("role", "rowgroup");
      say(table.tHead.rows[0]);
      scroll.scrollTop = 0;
      const probe = shown[0].row;
      above.after(probe);
      height = probe.offsetHeight || height;
      probe.remove();
    }
    show();
  }

  function show() {
    const many = shown.length > ROOMY;
    let from = 0;
    let to = shown.length;
    if (many) {
      const top = Math.max(0, scroll.scrollTop - table.tHead.offsetHeight);
      from = Math.max(0, Math.floor(top / height) - EXTRA);
      to = Math.min(shown.length, Math.ceil((top + scroll.clientHeight) / height) + EXTRA);
    }
    // rows that stay are not touched, so that the focus stays where it is
    for (let i = first; i < last; i += 1) if (i < from || i >= to) shown[i].row.remove();
    const kept = first < last && from < last && to > first;
    let before = above;
    for (let i = from; i < to; i += 1) {
      const row = shown[i].row;
      if (!(kept && i >= first && i < last)) {
        row.setAttribute("aria-rowindex", String(i + 2));
        if (many) say(row);
        before.after(row);
      }
      before = row;
    }
    first = from;
    last = to;
    above.style.height = from * height + "px";
    below.style.height = (shown.length - to) * height + "px";
    above.hidden = !from;
    below.hidden = to === shown.length;
  }

  /** A row that is laid out as a grid is still a row of a table. */
  function say(row) {
    row.setAttribute("role", "row");
    for (const cell of row.cells) {
      const head = cell.tagName === "TH" ? (cell.scope === "col" ? "columnheader" : "rowheader") : "cell";
      cell.setAttribute("role", head);
    }
  }

  let waiting = false;
  scroll.addEventListener("scroll", function () {
    if (waiting || shown.length <= ROOMY) return;
    waiting = true;
    requestAnimationFrame(function () {
      waiting = false;
      show();
    });
  });
  window.addEventListener("resize", () => shown.length > ROOMY && show());

  // --- filters and order -------------------------------------------------------------------------

  const names = ["text", "outcome", "action", "place", "entry", "consignee", "origin", "destination", "answer"];
  const fields = new Map(names.map((name) => [name, byId("filter-" + name)]));
  const order = { key: "line", down: false };

  function fits(line, wanted) {
    const data = line.data;
    const journey = data.journey.split(" ");
    return (
      (!wanted.outcome || data.outcome === wanted.outcome) &&
      (!wanted.action || data.action === wanted.action) &&
      (!wanted.place || data.places.split(" ").includes(wanted.place)) &&
      (!wanted.origin || (journey[0] || "-") === wanted.origin) &&
      (!wanted.destination || (journey[1] || "-") === wanted.destination) &&
      (!wanted.answer || data.answer === wanted.answer) &&
      (!wanted.entry || data.entries.includes(wanted.entry)) &&
      (!wanted.consignee || line.consignee.toLocaleLowerCase().includes(wanted.consignee)) &&
      (!wanted.text || line.text.includes(wanted.text))
    );
  }

  function wantedNow() {
    const wanted = {};
    for (const [name, field] of fields) {
      const value = field.value.trim();
      wanted[name] = field.tagName === "INPUT" ? value.toLocaleLowerCase() : value;
    }
    wanted.consignee = wanted.consignee.slice(0, 59); // as far as the table shows it
    return wanted;
  }

  function compare(one, other) {
    const a = one[order.key];
    const b = other[order.key];
    const by = typeof a === "number" ? a - b : a.localeCompare(b, undefined, { numeric: true });
    return (order.down ? -by : by) || one.place - other.place;
  }

  function apply() {
    const wanted = wantedNow();
    shown = lines.filter((line) => fits(line, wanted));
    if (order.key !== "line" || order.down) shown.sort(compare);
    fill();
    const says = byId("filter").dataset.says;
    const active = [];
    for (const field of fields.values()) {
      if (!field.value.trim()) continue;
      const label = field.labels[0].firstChild.textContent.trim();
      const value = field.tagName === "SELECT" ? field.selectedOptions[0].textContent : field.value;
      active.push(label + ": " + value.replace(/ \(\d+\)$/, ""));
    }
    const count = says
      .replace("{shown}", shown.length.toLocaleString(document.documentElement.lang))
      .replace("{total}", lines.length.toLocaleString(document.documentElement.lang));
    byId("filter-shown").textContent = [count, ...active].join(" ");
  }

  let typing = 0;
  for (const field of fields.values()) {
    field.addEventListener("input", function () {
      clearTimeout(typing);
      typing = setTimeout(function () {
        apply();
        remember();
      }, field.tagName === "INPUT" ? 120 : 0);
    });
  }
  byId("filter-reset").addEventListener("click", function () {
    for (const field of fields.values()) field.value = "";
    order.key = "line";
    order.down = false;
    mark();
    apply();
    remember();
  });

  const heads = Array.from(table.tHead.querySelectorAll("th[data-sort]"));
  const buttons = new Map();
  for (const head of heads) {
    const button = document.createElement("button");
    buttons.set(head, button);
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", function () {
      order.down = order.key === head.dataset.sort && !order.down;
      order.key = head.dataset.sort;
      mark();
      apply();
    });
  }

  function mark() {
    for (const head of heads) {
      if (head.dataset.sort !== order.key) head.removeAttribute("aria-sort");
      else head.setAttribute("aria-sort", order.down ? "descending" : "ascending");
    }
  }

  // report.html#outcome=review&text=drum opens filtered, so that a view can be passed on.
  function remember() {
    const given = new URLSearchParams();
    for (const [name, field] of fields) if (field.value.trim()) given.set(name, field.value.trim());
    const address = "#" + (given.toString() || "lines");
    try {
      history.replaceState(null, "", address);
    } catch (error) {
      // a viewer that keeps no address; the view works without
    }
  }

  function readAddress(text) {
    const given = new URLSearchParams(text);
    for (const [name, field] of fields) {
      const asked = given.get(name) || "";
      const known = field.tagName === "INPUT" || Array.from(field.options).some((o) => o.value === asked);
      field.value = known ? asked : "";
    }
  }

  // --- a page for each flagged line ----------------------------------------------------------------

  let current = null;

  function openPage(number) {
    const page = pages.get(number);
    current = number;
    document.documentElement.classList.add("one-page");
    byId("page-bar").hidden = false;
    shelf.replaceChildren(page);
    complete(page);
    const order_ = flagged();
    const place = order_.indexOf(number);
    byId("page-previous").disabled = place <= 0;
    byId("page-next").disabled = place < 0 || place === order_.length - 1;
    byId("page-place").textContent = byId("page-place")
      .dataset.says.replace("{place}", String(place + 1))
      .replace("{count}", String(order_.length));
    window.scrollTo(0, 0);
    page.focus({ preventScroll: true });
  }

  function closePage() {
    if (current === null) return;
    current = null;
    document.documentElement.classList.remove("one-page");
    byId("page-bar").hidden = true;
    shelf.replaceChildren();
  }

  /** The flagged lines in the order of the table, as it is filtered now. */
  function flagged() {
    const some = shown.filter((line) => pages.has(line.line)).map((line) => line.line);
    return some.includes(current) || current === null ? some : Array.from(pages.keys());
  }

  /** Shows evidence that the file holds on another page here too. */
  function complete(page) {
    for (const note of Array.from(page.querySelectorAll("p[data-evidence]"))) {
      const name = note.dataset.evidence;
      if (page.querySelector("#" + CSS.escape(name))) continue;
      for (const other of pages.values()) {
        const found = other.querySelector("#" + CSS.escape(name));
        if (found) {
          const copy = found.cloneNode(true);
          copy.removeAttribute("id");
          note.replaceWith(copy);
          break;
        }
      }
    }
    tidy(page);
  }

  /** A picture without any mark is shown once on a page, however many entries list the substance. */
  function tidy(page) {
    const seen = new Set();
    for (const figure of page.querySelectorAll(".evidence > figure")) {
      const name = figure.querySelector("use").getAttribute("href");
      if (seen.has(name) && !figure.querySelector(".legend")) {
        figure.hidden = true;
        figure.parentNode.classList.add("alone");
      }
      seen.add(name);
    }
  }

  function step(by) {
    const order_ = flagged();
    const next = order_[order_.indexOf(current) + by];
    if (next === undefined) return;
    location.hash = "line-" + next;
    openPage(next); // the address is followed later; keys pressed before that start from here
  }
  byId("page-previous").addEventListener("click", () => step(-1));
  byId("page-next").addEventListener("click", () => step(1));
  document.addEventListener("keydown", function (event) {
    if (current === null || event.altKey || event.ctrlKey || event.metaKey) return;
    if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) && event.target.type !== "checkbox") return;
    if (event.key === "ArrowLeft") step(-1);
    else if (event.key === "ArrowRight") step(1);
    else if (event.key === "Escape") byId("page-back").click();
  });

  // --- where the address leads ---------------------------------------------------------------------

  function go() {
    const name = decodeURIComponent(location.hash.slice(1));
    const page = /^line-(\d+)$/.exec(name);
    if (page && pages.has(Number(page[1]))) {
      if (Number(page[1]) !== current) openPage(Number(page[1])); // a key has opened it already
      return;
    }
    const from = current;
    closePage();
    if (/^[a-z]+=/.test(name)) {
      readAddress(location.hash.slice(1));
      apply();
      byId("lines").scrollIntoView();
      return;
    }
    const row = /^row-(\d+)$/.exec(name);
    if (row || (from !== null && name === "lines")) {
      const number = row ? Number(row[1]) : from;
      const place = shown.findIndex((line) => line.line === number);
      byId("lines").scrollIntoView();
      if (place < 0) return;
      if (shown.length > ROOMY) {
        scroll.scrollTop = Math.max(0, (place - 3) * height);
        show();
      } else {
        shown[place].row.scrollIntoView({ block: "center" });
      }
      const link = shown[place].row.querySelector("a");
      if (link) link.focus({ preventScroll: true });
      return;
    }
    const target = name && byId(name);
    if (target) {
      const details = target.closest("details");
      if (details) details.open = true;
      target.scrollIntoView();
    }
  }
  window.addEventListener("hashchange", go);

  // --- on paper: the page that is open, or everything that the filter shows ----------------------

  let closed = [];
  window.addEventListener("beforeprint", function () {
    if (current === null) {
      body.replaceChildren(...shown.map((line) => line.row));
      table.classList.remove("many");
      // a heading that is repeated on every sheet keeps its text, but no button
      for (const head of heads) head.replaceChildren(head.textContent);
      const printed = flagged().map((number) => pages.get(number));
      printed.forEach(tidy);
      shelf.replaceChildren(...printed);
    }
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const details of closed) details.open = true;
  });
  window.addEventListener("afterprint", function () {
    for (const details of closed) details.open = false;
    if (current === null) {
      shelf.replaceChildren();
      for (const head of heads) head.replaceChildren(buttons.get(head));
      fill();
    }
  });

  mark();
  apply();
  go();
})();
