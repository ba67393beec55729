"use strict";

const $ = id => document.getElementById(id);

// What was said and has not come back yet: sent again after a break.
const waiting = [];
let socket, name, pause = 0, unread = 0, newest = 0;

function nameTag(who, tag) {
	const hue = [...who].reduce((sum, c) => (sum * 31 + c.codePointAt()) % 360, 7);
	const item = document.createElement(tag);
	item.className = "who";
	item.style.setProperty("--hue", hue);
	item.textContent = who;
	return item;
}

function addLine(who, text, time) {
	const talk = $("talk"), line = document.createElement("li");
	const atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60;
	const clock = document.createElement("time");
	clock.textContent = new Date(time).toLocaleTimeString([], {
		hour: "2-digit", minute: "2-digit" });
	line.append(clock, nameTag(who, "span"), text);
	talk.append(line);
	if (atEnd)
		talk.scrollTop = talk.scrollHeight;
	return line;
}

function showUnread() {
	document.title = unread > 0 ? `(${unread}) Chat` : "Chat";
}

function showState(text, away) {
	$("state").textContent = text;
	$("room").classList.toggle("away", away);
}

const on = {
	welcome(event) {
		name = event.name;
		showState(name, false);
		event.history.filter(said => said.time > newest).forEach(on.said);
		waiting.forEach(({ text }) => send(text));
	},
	here(event) {
		$("here").replaceChildren(...event.names.map(who => nameTag(who, "li")));
	},
	said(event) {
		const mine = waiting.findIndex(({ text }) =>
			event.name === name && text === event.text);
		if (mine >= 0)
			waiting.splice(mine, 1)[0].line.remove();
		newest = Math.max(newest, event.time);
		addLine(event.name, event.text, event.time);
		if (document.hidden)
			unread++;
		showUnread();
	},
};

function send(text) {
	socket.send(JSON.stringify({ say: text }));
}

function connect() {
	const url = new URL(`room?name=${encodeURIComponent(name)}`, location.href);
	url.protocol = url.protocol.replace("http", "ws");
	socket = new WebSocket(url);
	socket.onopen = () => { pause = 0; };
	socket.onmessage = message => {
		const event = JSON.parse(message.data);
		on[event.type](event);
	};
	socket.onclose = () => {
		showState("connecting again …", true);
		// At once the first time, then slower, and not all at the same moment.
		setTimeout(connect, pause * (0.5 + Math.random()));
		pause = Math.min(2 * pause + 100, 5000);
	};
}

$("door").onsubmit = event => {
	event.preventDefault();
	name = $("name").value.trim();
	if (name === "")
		return;
	sessionStorage.name = name;
	$("door").hidden = true;
	$("room").hidden = false;
	$("text").focus();
	connect();
};

$("mouth").onsubmit = event => {
	event.preventDefault();
	const text = $("text").value.trim();
	$("text").value = "";
	if (text === "")
		return;
	const line = addLine(name, text, Date.now());
	line.classList.add("waits");
	waiting.push({ text, line });
	if (socket.readyState === WebSocket.OPEN)
		send(text);
};

document.onvisibilitychange = () => {
	unread = 0;
	showUnread();
};

$("name").value = sessionStorage.name ?? "";
