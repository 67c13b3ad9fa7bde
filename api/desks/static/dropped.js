// What was dropped on the page, or chosen: the files, those in folders too, each with the way to it from where it was dropped.

const { compare } = new Intl.Collator("vi", { numeric: true });
const byName = (found) => found.sort((one, other) => compare(one.path, other.path));

/** Chosen files as `{ path, file }`, in the order of their names. */
export const chosenFiles = (files) => byName([...files].map((file) => ({ path: file.webkitRelativePath || file.name, file })));

/** Dropped files likewise, folders opened however deep; `file` is null where it cannot be read. */
export async function droppedFiles(items) {
  // What was dropped is gone with the event: first of all everything is taken hold of.
  const taken = [...items].filter((item) => item.kind === "file").map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
  const found = await Promise.all(taken.map((one) => (one instanceof File ? chosenFiles([one]) : within(one))));
  return byName(found.flat());
}

async function within(entry) {
  const path = entry.fullPath.replace(/^\//, "");
  try {
    return entry.isFile ? [{ path, file: await asked((...told) => entry.file(...told)) }] : (await Promise.all((await inside(entry)).map(within))).flat();
  } catch {
    return [{ path, file: null }];
  }
}

/** What is in a folder: it tells that a hundred at a time, and nothing more in the end. */
async function inside(folder) {
  const reader = folder.createReader();
  const found = [];
  for (let some = [null]; some.length; found.push(...some)) some = await asked((...told) => reader.readEntries(...told));
  return found;
}

/** What a function answers that tells it to one of two others. */
const asked = (ask) => new Promise((resolve, reject) => ask(resolve, reject));
