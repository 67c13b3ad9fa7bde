// Signing in; a password that was made for the person asks for another one.

import { post, texts } from "./api.js";

const form = document.getElementById("sign-in");
const renewal = document.getElementById("renewal");
const problem = document.getElementById("problem");
const field = (id) => document.getElementById(id);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const asked = { name: field("name").value, password: field("password").value };
  if (!renewal.hidden) {
    if (field("new-password").value !== field("again").value) {
      problem.textContent = texts.passwords_differ;
      field("again").focus();
      return;
    }
    asked.new_password = field("new-password").value;
  }
  try {
    await post("/v1/session", asked);
    location.assign("/desk");
  } catch (error) {
    if (error.code === "password-change-needed") {
      renewal.hidden = false;
      field("new-password").required = field("again").required = true;
      field("new-password").focus();
    } else {
      problem.textContent = `${error.message} ${error.advice ?? ""}`;
      (renewal.hidden ? field("password") : field("new-password")).select();
    }
  }
});
