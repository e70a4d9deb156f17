// Reads HTML files as mail clients would: node check.mjs [--complete] FILE…
// It prints what is wrong, and then exits with 1. The HTML must be valid, and what Gmail, Outlook or Apple Mail do not
// know must be listed below with what that means. --complete: what is listed must be found in the files, too.
import { readFileSync } from "node:fs";
import { caniemail } from "caniemail";
import { HtmlValidate } from "html-validate";

const CLIENTS = ["gmail.*", "outlook.*", "apple-mail.*"];

const RULES = {
  "no-inline-style": "off", // many clients read no other
  "no-deprecated-attr": "off", // Outlook for Windows reads bgcolor, align, valign and width
  "no-conditional-comment": "off", // only Outlook for Windows reads them
  "long-title": "off", // it repeats the subject, of at most 90 characters
};

const WITHOUT = {
  "aria-hidden attribute": "a screen reader may name the bars of a sparkline",
  "<style> element": "the styles are inline; only the dark and the narrow form are lost",
  "@media": "the dark and the narrow form are lost; the light, wide one stays readable",
  "Class selector": "as <style>",
  "Type selector": "as <style>",
  "border-radius": "square corners",
  "border-spacing": "border-collapse does the same",
  "overflow-wrap": "a name of sixty letters without a blank makes its column wider",
  "word-break": "as overflow-wrap",
  "white-space": "figures may break over two lines; the columns are wide enough for usual ones",
  "<body> element": "its colours are those of .page, too",
  "role attribute": "a screen reader may announce tables that only lay out",
  overflow: "not used: read out of overflow-wrap",
  transform: "not used: read out of text-transform",
};

const validator = new HtmlValidate({ extends: ["html-validate:recommended", "html-validate:document"], rules: RULES });
const unused = new Set(Object.keys(WITHOUT));
const wrong = new Set();

const complete = process.argv[2] === "--complete";

for (const file of process.argv.slice(complete ? 3 : 2)) {
  const html = readFileSync(file, "utf8");
  const { results } = await validator.validateString(html, file);
  for (const { ruleId, message, line } of results.flatMap((result) => result.messages)) {
    wrong.add(`${file}:${line}: ${message} (${ruleId})`);
  }
  for (const [client, issues] of caniemail({ clients: CLIENTS, html }).issues.errors) {
    for (const { title } of issues) {
      unused.delete(title);
      if (!(title in WITHOUT)) wrong.add(`${file}: ${client} does not know ${title}`);
    }
  }
}
for (const title of complete ? unused : []) {
  wrong.add(`every client knows ${title} now, or it is not used: it need not be listed`);
}
for (const sentence of wrong) console.log(sentence);
process.exitCode = wrong.size ? 1 : 0;
