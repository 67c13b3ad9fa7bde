// Signing out: here first, then where the person signed in.

import { send } from "./api.js";

const by = (id) => document.getElementById(id);

async function leave() {
  by("problem").textContent = "";
  by("leave").hidden = true;
  try {
    await send("DELETE", "/v1/session");
    if (by("at-issuer")) by("at-issuer").submit();
    else location.replace("/desk/sign-in");
  } catch (error) {
    by("problem").textContent = `${error.message} ${error.advice}`;
    by("leave").hidden = false;
    by("leave").focus();
  }
}

by("leave").addEventListener("click", leave);
await leave();
