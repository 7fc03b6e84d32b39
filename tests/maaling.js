// What tests/maaling.py asks a page in the browser. Each function returns a list of findings; none is no fault.
globalThis.kkr = (() => {
  const vis = e => e.outerHTML.replace(/\s+/g, " ").slice(0, 240);
  const alle = (css, rod = document) => [...rod.querySelectorAll(css)];
  const ren = s => (s || "").replace(/\u00ad/g, "").replace(/\s+/g, " ").trim();
  const skjult = e => !!e.closest(".skjult, .spring, [hidden]:not(.smal)");
  const ses = e => e.checkVisibility({ checkVisibilityCSS: true, contentVisibilityAuto: true });
  const navn = e => ren(e.getAttribute("aria-label") ||
    (e.getAttribute("aria-labelledby") || "").split(/\s+/).map(id => document.getElementById(id)?.textContent ?? "").join(" "));
  const beskrivelse = e => ren((e.getAttribute("aria-describedby") || "").split(/\s+/).map(id => document.getElementById(id)?.textContent ?? "").join(" "));

  // Headings, ids, table headers, the names of drawings.
  function struktur() {
    const fund = [];
    const antal = new Map();
    alle("[id]").forEach(e => antal.set(e.id, (antal.get(e.id) || 0) + 1));
    antal.forEach((n, id) => n > 1 && fund.push(`id «${id}» is used ${n} times`));
    const h1 = alle("h1").length;
    if (h1 !== 1) fund.push(`the page has ${h1} h1`);
    let foer = 0;
    alle("h1, h2, h3, h4, h5, h6").forEach(h => {
      const niveau = +h.tagName[1];
      if (niveau > foer + 1) fund.push(`heading skips from level ${foer} to ${niveau}: ${vis(h)}`);
      if (!ren(h.textContent)) fund.push(`empty heading: ${vis(h)}`);
      foer = niveau;
    });
    alle("th").forEach(th => {
      if (!["col", "row", "colgroup", "rowgroup"].includes(th.getAttribute("scope"))) fund.push(`th without scope: ${vis(th)}`);
      if (!ren(th.textContent)) fund.push(`empty th: ${vis(th.parentElement)}`);
    });
    alle("table").forEach(t => {
      if (!ren(t.caption?.textContent)) fund.push(`table without caption: ${vis(t)}`);
      if (!t.querySelector("thead th[scope=col]")) fund.push(`table without column headers: ${vis(t)}`);
      alle("tbody tr, tfoot tr", t).forEach(tr => {
        if (!tr.querySelector("th[scope=row], th[scope=rowgroup]")) fund.push(`row without a row header: ${vis(tr)}`);
      });
    });
    alle("svg").forEach(svg => {
      if (svg.getAttribute("aria-hidden") === "true") return;
      if (svg.getAttribute("role") !== "img") fund.push(`svg is neither role=img nor aria-hidden: ${vis(svg)}`);
      const kort = navn(svg), lang = beskrivelse(svg);
      if (!sigende(kort)) fund.push(`svg's name «${kort}» says nothing: ${vis(svg)}`);
      if (!saetning(lang)) fund.push(`svg's description «${lang}» is no sentence: ${vis(svg)}`);
    });
    alle("img").forEach(img => { if (!saetning(img.alt)) fund.push(`image without a sentence as its alternative: ${vis(img)}`); });
    alle(".figur").forEach(f => {
      const ord = ren(f.querySelector(".beskrivelse")?.textContent);
      if (!saetning(ord)) fund.push(`figure's description «${ord}» is no sentence: ${vis(f)}`);
    });
    return fund;
  }
  const filnavn = s => /\.(svg|png|jpe?g|gif|csv|xlsx|ipynb)\b|[\\/_]/i.test(s);
  const sigende = s => s.split(" ").length >= 3 && s.length >= 12 && !filnavn(s);
  const saetning = s => s.split(" ").length >= 5 && /^[\p{Lu}\d«]/u.test(s) && /[.?!]$/.test(s) && !/\.(svg|png|jpe?g|gif|csv|xlsx|ipynb)\b/i.test(s);

  // What is wider than the window, so that the page itself would scroll sideways.
  function bredde() {
    const b = document.documentElement, fund = [];
    const vindue = b.clientWidth;
    if (b.scrollWidth <= vindue && document.body.scrollWidth <= vindue) return fund;
    fund.push(`the page is ${Math.max(b.scrollWidth, document.body.scrollWidth)} px wide in a window of ${vindue} px`);
    for (const e of alle("body *")) {
      if (fund.length > 5) break;
      if (e.closest("svg") !== e && e.closest("svg")) continue;
      const r = e.getBoundingClientRect();
      const boks = e.parentElement.closest(".rul");
      if (ses(e) && r.width && r.right > vindue + 1 && !(boks && getComputedStyle(boks).overflowX !== "visible")) fund.push(`reaches ${Math.round(r.right)} px: ${vis(e)}`);
    }
    return fund;
  }

  // Text that cannot be seen: outside the window, outside a box that hides what does not fit, or outside its drawing.
  function klippet() {
    const fund = [], vindue = document.documentElement.clientWidth;
    const gang = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const stil = new Map();
    const klip = e => {
      if (!stil.has(e)) {
        const s = getComputedStyle(e), x = s.overflowX, y = s.overflowY;
        stil.set(e, { x: /hidden|clip/.test(x), y: /hidden|clip/.test(y), rulX: /auto|scroll/.test(x), rulY: /auto|scroll/.test(y) });
      }
      return stil.get(e);
    };
    const raekke = document.createRange();
    for (let t = gang.nextNode(); t && fund.length < 20; t = gang.nextNode()) {
      const e = t.parentElement;
      if (!t.data.trim() || skjult(e) || !ses(e)) continue;
      raekke.selectNodeContents(t);
      for (const r of raekke.getClientRects()) {
        if (r.width < .5) continue;
        let frix = false, friy = false, hvorfor = "";
        for (let a = e; a && a !== document.documentElement && !hvorfor; a = a.parentElement) {
          const k = klip(a);
          if (k.x || k.y) {
            const b = a.getBoundingClientRect();
            if (k.x && !frix && (r.left < b.left - 1.5 || r.right > b.right + 1.5)) hvorfor = `cut at the side by ${vis(a)}`;
            if (k.y && !friy && (r.top < b.top - 3 || r.bottom > b.bottom + 3)) hvorfor = `cut above or below by ${vis(a)}`;
          }
          frix ||= k.rulX;
          friy ||= k.rulY;
        }
        // A drawing's labels may grow into the margin beside it, not into what stands there.
        const tegning = e.closest("svg")?.getBoundingClientRect();
        if (!hvorfor && tegning && (r.left < tegning.left - 48 || r.right > tegning.right + 48)) hvorfor = `far outside its drawing (${Math.round(r.left)}–${Math.round(r.right)} px)`;
        if (!hvorfor && !frix && (r.left < -1 || r.right > vindue + 1)) hvorfor = `outside the window (${Math.round(r.left)}–${Math.round(r.right)} of ${vindue} px)`;
        if (hvorfor) { fund.push(`«${ren(t.data).slice(0, 60)}» is ${hvorfor}`); break; }
      }
    }
    return fund;
  }

  // Words in a drawing that lie on each other or outside it, by what is seen: spacing after the last letter is not.
  function tegnet() {
    const fund = [];
    for (const svg of alle("svg").filter(s => ses(s) && s.getBoundingClientRect().width)) {
      const ud = svg.getBoundingClientRect(), skala = ud.width / (svg.viewBox.baseVal.width || ud.width);
      const ord = alle("text", svg).filter(t => t.textContent.trim() && ses(t)).map(t => {
        const r = t.getBoundingClientRect(), s = getComputedStyle(t), skrift = parseFloat(s.fontSize) * skala;
        // The box is as high as a line; the letters reach from the ascenders to the descenders about the baseline.
        const grund = t.getScreenCTM(), y = t.y.baseVal[0].value * grund.d + grund.f;
        return { hvad: ren(t.textContent), l: r.left, r: r.right - (parseFloat(s.letterSpacing) || 0) * skala, o: y - .75 * skrift, u: y + .22 * skrift };
      });
      const hvor = svg.closest(".figur")?.id ?? vis(svg);
      ord.forEach((a, i) => {
        if (a.l < ud.left - 1 || a.r > ud.right + 1 || a.o < ud.top - 1 || a.u > ud.bottom + 1)
          fund.push(`«${a.hvad}» reaches outside its drawing: ${hvor}, ${[a.l - ud.left, a.r - ud.left].map(Math.round).join("–")} of ${Math.round(ud.width)} px`);
        for (const b of ord.slice(i + 1)) {
          const x = Math.min(a.r, b.r) - Math.max(a.l, b.l), y = Math.min(a.u, b.u) - Math.max(a.o, b.o);
          if (x > 1 && y > 1) fund.push(`«${a.hvad}» lies on «${b.hvad}»: ${hvor}, ${x.toFixed(1)} × ${y.toFixed(1)} px`);
        }
      });
    }
    return fund.slice(0, 20);
  }

  // On paper: every cell of every table is there, whatever is folded on the screen, and inside the paper's width.
  function papir() {
    const fund = [], bredt = document.documentElement.clientWidth;
    alle("table").forEach(t => {
      const r = t.getBoundingClientRect();
      if (!ses(t) || !r.width) fund.push(`table is not printed: ${vis(t.caption || t)}`);
      else if (r.right > bredt + 1) fund.push(`table reaches ${Math.round(r.right)} px of the paper's ${bredt}: ${vis(t.caption || t)}`);
      const uden = alle("th, td", t).filter(c => !ses(c) || !c.getBoundingClientRect().width);
      if (uden.length) fund.push(`${uden.length} cells are not printed, such as ${vis(uden[0])}`);
    });
    alle(".figur").forEach(f => {
      if (!alle("svg", f).some(s => ses(s) && s.getBoundingClientRect().width > 100)) fund.push(`figure is not printed: ${vis(f)}`);
    });
    return fund;
  }

  // All words a reader can meet, seen or heard, with where they stand; code is code.
  function tekster() {
    const ud = [["title", document.title], ["description", document.querySelector("meta[name=description]")?.content ?? ""]];
    const gang = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let t = gang.nextNode(); t; t = gang.nextNode())
      if (t.data.trim() && !t.parentElement.closest("code, pre, style, script")) ud.push([t.parentElement.tagName.toLowerCase(), ren(t.data)]);
    for (const navn of ["aria-label", "alt", "title", "aria-description"])
      alle(`[${navn}]`).forEach(e => ud.push([navn, e.getAttribute(navn)]));
    return ud;
  }

  // What must be found again in the PDF.
  const forventet = () => ({
    titel: document.title,
    tegninger: alle("svg:not([aria-hidden=true])").filter(ses).map(navn),
    tabeller: alle("table").length,
    th: alle("th").length,
    tal: alle("tbody th, tbody td, tfoot th, tfoot td").flatMap(c => ren(c.textContent).match(/\d[\d.,]*\d|\d/g) ?? []),
  });

  return { struktur, bredde, klippet, tegnet, papir, tekster, forventet,
    malet: () => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(r)))),
    fold: ud => alle("details").forEach(d => { d.dataset.foer ??= d.open; d.open = ud ?? d.dataset.foer === "true"; }),
    afstand: til => {
      document.getElementById("kkr-afstand")?.remove();
      if (!til) return;
      const s = document.createElement("style");
      s.id = "kkr-afstand";
      s.textContent = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }";
      document.head.append(s);
    },
    axe: async (maerker, uden) => {
      const rules = Object.fromEntries(uden.map(regel => [regel, { enabled: false }]));
      const r = await axe.run(document, { runOnly: maerker, resultTypes: ["violations"], rules });
      if (r.passes.length < 5) return [`axe found only ${r.passes.length} rules to test`];
      return r.violations.flatMap(v => v.nodes.map(n => `${v.id} (${v.impact}): ${n.html.slice(0, 240)} – ${n.failureSummary.replace(/\s+/g, " ")}`));
    },
  };
})();
