// Takes what does not fit off the page, then writes the words and marks and where they are into the document, in CSS
// pixels.
(() => {
  const sheet = document.querySelector(".sheet");
  const fits = () => sheet.scrollHeight <= sheet.clientHeight && sheet.scrollWidth <= sheet.clientWidth;
  for (const spare of [...sheet.querySelectorAll(".spare")].reverse()) {
    if (fits()) break;
    spare.remove();
  }

  // The canvas measures in whole pixels: large letters are measured the more exactly.
  const canvas = document.createElement("canvas").getContext("2d"), larger = 32;
  const inkOf = (text, style, rect) => {
    const size = (length) => (parseFloat(length) || 0) * larger;
    canvas.font = `${style.fontStyle} ${style.fontWeight} ${size(style.fontSize)}px ${style.fontFamily}`;
    canvas.letterSpacing = `${size(style.letterSpacing)}px`;
    const ink = canvas.measureText(text), baseline = rect.top + ink.fontBoundingBoxAscent / larger;
    return [
      rect.left - ink.actualBoundingBoxLeft / larger, baseline - ink.actualBoundingBoxAscent / larger,
      rect.left + ink.actualBoundingBoxRight / larger, baseline + ink.actualBoundingBoxDescent / larger,
    ];
  };
  const around = (a, b) =>
    [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
  const blockOf = (element) => {
    while (getComputedStyle(element).display === "inline") element = element.parentElement;
    return element.closest("[data-word]") ?? element;
  };
  // Vertically, letters of one line share more than half of the lower one's height, whatever their sizes.
  const onOneLine = (a, b) =>
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.min(a.height, b.height) / 2;

  const words = [], blocks = [], range = document.createRange();
  let word = null, rect = null; // the word that the next letter may continue, where its last letter stands
  const walker = document.createTreeWalker(sheet, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, block = blockOf(parent), style = getComputedStyle(parent);
    if (parent.closest("svg")) continue;
    if (!blocks.includes(block)) blocks.push(block);
    const boxed = block.hasAttribute("data-word"); // one word, however far apart its letters stand
    if (word && word.block !== blocks.indexOf(block)) word = null;
    let piece = "", start = null; // letters of this node that belong to one word
    const put = () => {
      if (!piece) return;
      const box = inkOf(piece, style, start);
      if (!word) {
        const [filled, cell] = [parent.closest(".filled") !== null, parent.closest("td, th") !== null];
        word = { text: "", box, block: blocks.indexOf(block), filled, cell };
        words.push(word);
      }
      word.text += piece;
      word.box = around(word.box, box);
      piece = "";
    };
    for (let i = 0; i < node.length; i++) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const letter = node.data[i], here = range.getClientRects()[0];
      if (/\s/.test(letter) || (rect && here && !boxed && !onOneLine(rect, here))) {
        put();
        if (!boxed) word = null;
      }
      if (/\s/.test(letter)) continue;
      if (!piece) start = here;
      piece += letter;
      rect = here;
    }
    put();
  }
  const marks = [...sheet.querySelectorAll("svg.mark")].map((mark) => {
    const { left, top, right, bottom } = mark.firstElementChild.getBoundingClientRect();
    return { kind: mark.dataset.kind, text: mark.textContent, box: [left, top, right, bottom] };
  });
  const out = document.createElement("script");
  out.id = "words";
  out.type = "application/json";
  out.textContent = JSON.stringify({ fits: fits(), words, marks }).replaceAll("<", "\\u003c");
  document.body.append(out);
})();
