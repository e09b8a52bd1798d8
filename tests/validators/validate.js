// Holds what a receiver got against the libraries receivers use, which know nothing of mactiond.
//
// usage: node validate.js FILE
//
// FILE is a JSON array of {headers, body (base64), format, secrets}; header names in lower case.
// Prints a JSON object: how often each library accepted, and what was wrong.
"use strict";

const fs = require("fs");
const AdaptiveCards = require("adaptivecards/dist/adaptivecards.js");
const CloudEvents = require("cloudevents");
const StandardWebhooks = require("standardwebhooks");
const Svix = require("svix");

const accepted = {};
const problems = [];

function hold(library, request, check) {
  try {
    check();
    accepted[library] = (accepted[library] || 0) + 1;
  } catch (error) {
    problems.push(`${library}: ${request.headers["webhook-id"]}: ${error.message}`);
  }
}

function checkCloudEvent(request, body) {
  const event = CloudEvents.HTTP.toEvent({ headers: request.headers, body });
  if (Array.isArray(event)) throw new Error("a batch");
  if (!event.validate()) throw new Error("not valid");
  if (event.id !== request.headers["webhook-id"]) throw new Error("another id");
  if (typeof event.data !== "object") throw new Error("data is not parsed");
}

function checkCard(body) {
  const message = JSON.parse(body);
  for (const attachment of message.attachments) {
    const context = new AdaptiveCards.SerializationContext();
    const card = new AdaptiveCards.AdaptiveCard();
    card.parse(attachment.content, context);
    const messages = [];
    for (let i = 0; i < context.eventCount; i++) messages.push(context.getEventAt(i).message);
    if (messages.length) throw new Error(messages.join("; "));
    if (card.getItemCount() === 0) throw new Error("an empty card");
  }
}

for (const request of JSON.parse(fs.readFileSync(process.argv[2], "utf8"))) {
  const body = Buffer.from(request.body, "base64").toString("utf8");
  for (const secret of request.secrets) {
    hold("standardwebhooks", request, () =>
      new StandardWebhooks.Webhook(secret).verify(body, request.headers));
    hold("svix", request, () => new Svix.Webhook(secret).verify(body, request.headers));
  }
  if (request.format === "cloudevents") {
    hold("cloudevents", request, () => checkCloudEvent(request, body));
  } else if (request.format === "teams") {
    hold("adaptivecards", request, () => checkCard(body));
  }
}
console.log(JSON.stringify({ accepted, problems }));
