// What can be wrong with a page to look at: a list of sentences.
(() => {
  const faults = [];
  const root = document.documentElement;
  const seen = e => { for (; e instanceof Element; e = e.parentElement) if (e.tagName === "DETAILS" && !e.open) return false; return true; };
  // Within what scrolls or is cut off, a text may stand outside of the window.
  const boxes = new Map();
  const clipped = e => {
    if (!(e instanceof Element) || e === root || e === document.body) return null;
    if (!boxes.has(e)) boxes.set(e, /(auto|scroll|hidden|clip)/.test(getComputedStyle(e).overflowX) ? e : clipped(e.parentElement));
    return boxes.get(e);
  };
  const words = t => JSON.stringify(t.trim().slice(0, 40));

  if (!(root instanceof SVGElement) && root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} wide, the window ${innerWidth}`);

  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let n; (n = walker.nextNode());) {
    const e = n.parentElement;
    if (!n.data.trim() || !e || /^(style|script|title|desc)$/i.test(e.tagName) || !seen(e)) continue;
    if (getComputedStyle(e).visibility === "hidden" || e.closest("[data-unseen]")) continue;
    const range = document.createRange();
    range.selectNodeContents(n);
    const rects = e instanceof SVGElement && e.tagName === "text" && e.childNodes.length === 1 ? [e.getBoundingClientRect()] : [...range.getClientRects()];
    for (const r of rects) if (r.width > 0 && r.height > 0) texts.push({n, e, r, box: clipped(e)});
  }

  // Lines of text are higher than letters: what counts is their middle half.
  const inner = r => ({l: r.left + 0.5, r: r.right - 0.5, t: r.top + r.height / 4, b: r.bottom - r.height / 4});
  const sorted = texts.map(x => ({...x, i: inner(x.r)})).sort((a, b) => a.i.t - b.i.t);
  for (let k = 0; k < sorted.length; k++) {
    const a = sorted[k];
    for (let m = k + 1; m < sorted.length && sorted[m].i.t < a.i.b; m++) {
      const b = sorted[m];
      if (a.n !== b.n && a.box === b.box && a.i.l < b.i.r && b.i.l < a.i.r) faults.push(`${words(a.n.data)} and ${words(b.n.data)} overlap`);
    }
    if (!(root instanceof SVGElement) && !a.box && (a.r.left < -1 || a.r.right > innerWidth + 1)) faults.push(`${words(a.n.data)} stands outside of the window`);
    if (a.box && !(a.e instanceof SVGElement) && getComputedStyle(a.box).overflowX === "hidden" && a.box.scrollWidth > a.box.clientWidth + 1) faults.push(`${words(a.n.data)} is cut off`);
  }

  const rgb = c => { const m = c.match(/[\d.]+/g); return m ? m.map(Number) : [0, 0, 0, 0]; };
  const opaque = c => c.length < 4 || c[3] > 0.99;
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
  const behind = e => {
    if (e instanceof SVGElement) {
      const own = e.closest("g")?.querySelector(":scope > rect") || e.ownerSVGElement?.querySelector("rect.paper");
      if (own) return rgb(getComputedStyle(own).fill);
    }
    for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length < 4 || c[3] > 0) { if (!opaque(c)) faults.push("a background that is half seen through"); return c; } }
    return [255, 255, 255];
  };
  const told = new Set();
  for (const {n, e} of texts) {
    const style = getComputedStyle(e);
    const ink = rgb(e instanceof SVGElement ? style.fill : style.color), paper = behind(e);
    const c = contrast(ink, paper), key = `${ink} on ${paper}`;
    if (c < 4.5 && !told.has(key)) { told.add(key); faults.push(`${words(n.data)}: contrast ${c.toFixed(2)} (${key})`); }
    if (parseFloat(style.fontSize) < 10) faults.push(`${words(n.data)}: letters of ${style.fontSize}`);
  }

  // Graphs: boxes apart, and what is written in them within.
  for (const svg of root.matches("svg") ? [root] : document.querySelectorAll("svg.gyro-picture")) {
    const boxes = [...svg.querySelectorAll("g.table")].map(g => ({g, r: g.querySelector("rect").getBoundingClientRect()})).sort((a, b) => a.r.left - b.r.left);
    boxes.forEach((a, k) => {
      for (let m = k + 1; m < boxes.length && boxes[m].r.left < a.r.right; m++) {
        const b = boxes[m];
        if (a.r.top < b.r.bottom && b.r.top < a.r.bottom) faults.push(`boxes ${words(a.g.textContent)} and ${words(b.g.textContent)} overlap`);
      }
      for (const t of a.g.querySelectorAll("text")) {
        const r = t.getBoundingClientRect();
        if (r.left < a.r.left || r.right > a.r.right || r.top < a.r.top || r.bottom > a.r.bottom + 1) faults.push(`${words(t.textContent)} leaves its box`);
      }
    });
    const all = svg.getBoundingClientRect();
    for (const e of svg.querySelectorAll("rect,path.line,text")) {
      const r = e.getBoundingClientRect();
      if (r.left < all.left - 1 || r.right > all.right + 1 || r.top < all.top - 1 || r.bottom > all.bottom + 1) faults.push(`${e.tagName} ${words(e.textContent)} leaves the picture`);
    }
  }
  for (const e of document.querySelectorAll("script,link,img,iframe,object,embed,[src],[href],[onclick],[onload]")) {
    if (!(e.getAttribute("href") || "").startsWith("#") || e.hasAttribute("src")) faults.push(`<${e.tagName}> asks for something from elsewhere`);
  }
  const fetched = performance.getEntriesByType("resource").length;
  if (fetched) faults.push(`${fetched} resources were fetched`);
  return {texts: texts.length, faults: [...new Set(faults)].slice(0, 40)};
})()
