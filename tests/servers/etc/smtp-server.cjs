// smtp-server from npm as a server for submission, and on one port as one that takes mail from
// anywhere. Arguments: where its package is, a directory for its certificates and mailboxes, the
// password, and the doors with their ports.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

const [modules, state, password, ...doors] = process.argv.slice(2);
const { SMTPServer } = require(path.join(modules, "smtp-server"));
const read = (name) => fs.readFileSync(path.join(state, name));
const say = (...words) => process.stdout.write(`${words.join(" ")}\n`);
const mailboxes = new Set(["team@example.com", "bob@example.com", "jörg@example.com"]);

function refusal(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

const rules = {
  onAuth(auth, session, done) {
    const hashed = auth.method === "CRAM-MD5";
    const right = hashed ? auth.validatePassword(password) : auth.password === password;
    if (auth.username === "team@example.com" && right) return done(null, { user: auth.username });
    say("login failed", auth.method, auth.username);
    return done(refusal(535, "Invalid username or password"));
  },
  onMailFrom({ address }, session, done) {
    done(address === "stranger@example.com" ? refusal(550, "Not allowed to send as this address") : null);
  },
  onRcptTo({ address }, session, done) {
    if (address === "later@example.com") return done(refusal(450, "Greylisted, come back later"));
    if (mailboxes.has(address)) return done();
    return done(refusal(550, address.endsWith("@example.com") ? "No such user" : "Relay denied"));
  },
  onData(stream, session, done) {
    const parts = [];
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => {
      const content = Buffer.concat(parts);
      if (stream.sizeExceeded) return done(refusal(552, "Message exceeds fixed maximum size"));
      if (/^Subject:.*forbidden-content/m.test(content)) return done(refusal(554, "Message refused as spam"));
      fs.writeFileSync(path.join(state, "mail", session.id), content);
      say("delivered", session.id);
      return done(null, `OK: queued as ${session.id}`);
    });
  },
};

const ordinary = {
  name: "mail.example.com",
  size: 50000,
  key: read("server.key"),
  cert: read("server.pem"),
  authMethods: ["PLAIN", "LOGIN", "CRAM-MD5"],
  disableReverseLookup: true,
  ...rules,
};

const special = {
  starttls: {},
  implicit: { secure: true },
  open: { authOptional: true, hideSTARTTLS: true, disabledCommands: ["AUTH", "STARTTLS"] },
  login: { authMethods: ["LOGIN"] },
  "cram-md5": { authMethods: ["CRAM-MD5"] },
  mutual: { secure: true, requestCert: true, rejectUnauthorized: true, ca: [read("clients.pem")] },
};

fs.mkdirSync(path.join(state, "mail"));
let waiting = doors.length;
for (const each of doors) {
  const [door, port] = each.split("=");
  const server = new SMTPServer({ ...ordinary, ...special[door] });
  server.on("error", (error) => say("error", door, error.message));
  server.listen(Number(port), "127.0.0.1", () => {
    waiting -= 1;
    if (waiting === 0) say("ready");
  });
}
