/**
 * A picture without what differs from one recording to the next, for comparing: random ids, dates, durations, the
 * restore points that are called by their time, and when things happened.
 *
 * @param svg What `drawPicture` made.
 */
export function pictureShape(svg: string): string {
  return svg.split("\n").filter(stays).map(shapeOf).join("\n");
}

/** Neither a line that goes away again, such as progress, nor what covers a command while it is typed. */
function stays(line: string): boolean {
  return !/^<(g class="t"|rect class="c")/.test(line);
}

function shapeOf(line: string): string {
  const shape = line
    .replace(/^<g class="a" style="[^"]*">/, "<g>")
    .replace(/(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g, "ID")
    .replace(/\b\d{4}-\d{2}-\d{2}_\d{6}\b/g, "POINT")
    .replace(/\b\d{4}-\d{2}-\d{2}(?=[_ ])/g, "DATE");
  const timeless = shape.replace(/\b[\d.]+ m?s(?=\b|<)/g, "N ms");
  // A duration is as wide as its digits, and what follows it stands elsewhere.
  return timeless === shape ? shape : timeless.replace(/ (x|textLength)="[^"]*"/g, "");
}
