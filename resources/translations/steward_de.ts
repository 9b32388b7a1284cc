<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Approval</name>
    <message>
        <source>Keys answer this one</source>
        <translation>Tasten gelten dieser</translation>
    </message>
    <message>
        <source>expires in {time}</source>
        <translation>läuft ab in {time}</translation>
    </message>
</context>
<context>
    <name>Approvals</name>
    <message>
        <source>&amp;Allow once</source>
        <translation>&amp;Einmal erlauben</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Deny</source>
        <translation>&amp;Ablehnen</translation>
    </message>
    <message>
        <source>&amp;In this folder</source>
        <translation>&amp;In diesem Ordner</translation>
    </message>
    <message>
        <source>A&amp;lways for {name}</source>
        <translation>I&amp;mmer für {name}</translation>
    </message>
    <message>
        <source>Allow once</source>
        <translation>Einmal erlauben</translation>
    </message>
    <message>
        <source>Allow {name} in this conversation</source>
        <translation>{name} in dieser Unterhaltung erlauben</translation>
    </message>
    <message>
        <source>Allow {name} without asking for the rest of this conversation</source>
        <translation>{name} für den Rest dieser Unterhaltung ohne Frage erlauben</translation>
    </message>
    <message>
        <source>Always allow {name}</source>
        <translation>{name} immer erlauben</translation>
    </message>
    <message>
        <source>Always allow {name} in {folder}</source>
        <translation>{name} in {folder} immer erlauben</translation>
    </message>
    <message>
        <source>Argument {name}</source>
        <translation>Argument {name}</translation>
    </message>
    <message>
        <source>Ask for something else; it is shown first</source>
        <translation>Etwas anderes verlangen; es wird erst gezeigt</translation>
    </message>
    <message>
        <source>Deny</source>
        <translation>Ablehnen</translation>
    </message>
    <message>
        <source>Do not change anything</source>
        <translation>Nichts ändern</translation>
    </message>
    <message>
        <source>Edit ar&amp;guments …</source>
        <translation>Ar&amp;gumente bearbeiten …</translation>
    </message>
    <message>
        <source>Escape: leave the arguments as they were</source>
        <translation>Esc: die Argumente lassen, wie sie waren</translation>
    </message>
    <message>
        <source>Never ask again for {name} of files in {folder}</source>
        <translation>Für {name} von Dateien in {folder} nie wieder fragen</translation>
    </message>
    <message>
        <source>Never ask again for {name}; the settings can take it back</source>
        <translation>Für {name} nie wieder fragen; die Einstellungen können es zurücknehmen</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open Steward to see all of it.</source>
        <translation>Alles zu sehen ist in Steward.</translation>
    </message>
    <message>
        <source>Show the c&amp;hange</source>
        <translation>Ä&amp;nderung zeigen</translation>
    </message>
    <message>
        <source>Steward asks: {summary}</source>
        <translation>Steward fragt: {summary}</translation>
    </message>
    <message>
        <source>Steward asks: {summary}?</source>
        <translation>Steward fragt: {summary}?</translation>
    </message>
    <message>
        <source>This &amp;conversation</source>
        <translation>Diese &amp;Unterhaltung</translation>
    </message>
    <message>
        <source>What would change: {summary}</source>
        <translation>Was sich ändern würde: {summary}</translation>
    </message>
    <message>
        <source>Without a decision by then it counts as a no.</source>
        <translation>Ohne Entscheidung bis dahin gilt es als Nein.</translation>
    </message>
    <message>
        <source>{name} is no JSON: a number, true, false, null, or a list.</source>
        <translation>{name} ist kein JSON: eine Zahl, true, false, null oder eine Liste.</translation>
    </message>
</context>
<context>
    <name>Arguments</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>New place</source>
        <translation>Neuer Ort</translation>
    </message>
    <message>
        <source>New text</source>
        <translation>Neuer Text</translation>
    </message>
    <message>
        <source>Number of places</source>
        <translation>Anzahl der Stellen</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Text to replace</source>
        <translation>Zu ersetzender Text</translation>
    </message>
    <message>
        <source>Turn</source>
        <translation>Runde</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>Whole content</source>
        <translation>Ganzer Inhalt</translation>
    </message>
</context>
<context>
    <name>Attachments</name>
    <message>
        <source>Attachments</source>
        <translation>Anhänge</translation>
    </message>
    <message>
        <source>Copying …</source>
        <translation>Wird kopiert …</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>No copy of {name} could be made to open: {reason}.</source>
        <translation>Von {name} ließ sich keine Kopie zum Öffnen machen: {reason}.</translation>
    </message>
    <message>
        <source>Pasted picture</source>
        <translation>Eingefügtes Bild</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>{name} entfernen</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>{name}
Only its name and size are sent: it is no text.</source>
        <translation>{name}
Nur Name und Größe werden gesendet: Es ist kein Text.</translation>
    </message>
</context>
<context>
    <name>Branches</name>
    <message>
        <source>Another version of this conversation was chosen elsewhere.</source>
        <translation>Anderswo wurde eine andere Fassung dieser Unterhaltung gewählt.</translation>
    </message>
    <message>
        <source>Answer a&amp;gain</source>
        <translation>&amp;Erneut antworten</translation>
    </message>
    <message>
        <source>Answer again</source>
        <translation>Erneut antworten</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy this answer as Markdown</source>
        <translation>Diese Antwort als Markdown kopieren</translation>
    </message>
    <message>
        <source>Ed&amp;it and send again</source>
        <translation>&amp;Bearbeiten und erneut senden</translation>
    </message>
    <message>
        <source>Edit your message</source>
        <translation>Nachricht bearbeiten</translation>
    </message>
    <message>
        <source>Editing a message</source>
        <translation>Eine Nachricht wird bearbeitet</translation>
    </message>
    <message>
        <source>Send it differently; what followed it stays too</source>
        <translation>Anders senden; was darauf folgte, bleibt auch</translation>
    </message>
    <message>
        <source>Show the version after</source>
        <translation>Nächste Fassung zeigen</translation>
    </message>
    <message>
        <source>Show the version before</source>
        <translation>Vorige Fassung zeigen</translation>
    </message>
    <message>
        <source>Stop editing</source>
        <translation>Nicht mehr bearbeiten</translation>
    </message>
    <message>
        <source>Stop the answer first, or wait until it is done.</source>
        <translation>Erst die Antwort anhalten oder warten, bis sie fertig ist.</translation>
    </message>
    <message>
        <source>The answer is copied.</source>
        <translation>Die Antwort ist kopiert.</translation>
    </message>
    <message>
        <source>The answer there is stays beside the new one</source>
        <translation>Die bisherige Antwort bleibt neben der neuen</translation>
    </message>
    <message>
        <source>This conversation went on elsewhere.</source>
        <translation>Diese Unterhaltung ging anderswo weiter.</translation>
    </message>
    <message>
        <source>This message was sent more than once. Nothing was replaced.</source>
        <translation>Diese Nachricht wurde mehrmals gesendet. Nichts wurde ersetzt.</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
    <message>
        <source>Versions of this message: {where}</source>
        <translation>Fassungen dieser Nachricht: {where}</translation>
    </message>
    <message>
        <source>What can be done with this answer</source>
        <translation>Was mit dieser Antwort möglich ist</translation>
    </message>
    <message>
        <source>You are editing an earlier message. What followed it stays, and so does every change to your files.</source>
        <translation>Eine frühere Nachricht wird bearbeitet. Was darauf folgte, bleibt, und jede Änderung an Dateien auch.</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{number} von {count}</translation>
    </message>
</context>
<context>
    <name>Calls</name>
    <message>
        <source>denied</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>paused</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>running</source>
        <translation>läuft</translation>
    </message>
    <message>
        <source>timed out</source>
        <translation>Zeit abgelaufen</translation>
    </message>
    <message>
        <source>version {number}</source>
        <translation>Version {number}</translation>
    </message>
</context>
<context>
    <name>Channels</name>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Disconnect</source>
        <translation>&amp;Trennen</translation>
    </message>
    <message>
        <source>&amp;Disconnect …</source>
        <translation>&amp;Trennen …</translation>
    </message>
    <message>
        <source>&amp;Revoke</source>
        <translation>Kopplung &amp;aufheben</translation>
    </message>
    <message>
        <source>&amp;Token of your bot</source>
        <translation>T&amp;oken des Bots</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>Neuer &amp;Versuch</translation>
    </message>
    <message>
        <source>1. On the phone, open the chat with {name} in {service}.</source>
        <translation>1. Am Telefon in {service} den Chat mit {name} öffnen.</translation>
    </message>
    <message>
        <source>1. Point the phone&apos;s camera at the picture, or open the link on the phone.</source>
        <translation>1. Die Kamera des Telefons auf das Bild richten, oder den Link am Telefon öffnen.</translation>
    </message>
    <message>
        <source>2. Write: /start and this code.</source>
        <translation>2. Schreiben: /start und diesen Code.</translation>
    </message>
    <message>
        <source>2. {service} opens {name}: press Start.</source>
        <translation>2. {service} öffnet {name}: dort „Starten“ drücken.</translation>
    </message>
    <message>
        <source>Address of the Bot API</source>
        <translation>Adresse der Bot-API</translation>
    </message>
    <message>
        <source>Allowed</source>
        <translation>Erlaubt</translation>
    </message>
    <message>
        <source>Allowed: {group}</source>
        <translation>Erlaubt: {group}</translation>
    </message>
    <message>
        <source>Another Steward on this computer listens.</source>
        <translation>Ein anderer Steward auf diesem Computer hört zu.</translation>
    </message>
    <message>
        <source>Asking Telegram</source>
        <translation>Fragt Telegram</translation>
    </message>
    <message>
        <source>Co&amp;nnect</source>
        <translation>Verbi&amp;nden</translation>
    </message>
    <message>
        <source>Connected: @{name} is your bot.</source>
        <translation>Verbunden: @{name} ist der Bot.</translation>
    </message>
    <message>
        <source>Connecting to {service} …</source>
        <translation>Verbindet mit {service} …</translation>
    </message>
    <message>
        <source>Copy &amp;link</source>
        <translation>&amp;Link kopieren</translation>
    </message>
    <message>
        <source>Copy c&amp;ode</source>
        <translation>&amp;Code kopieren</translation>
    </message>
    <message>
        <source>Copy the token once more from @BotFather, and paste it below.</source>
        <translation>Das Token noch einmal bei @BotFather kopieren und unten einfügen.</translation>
    </message>
    <message>
        <source>Disconnect?</source>
        <translation>Trennen?</translation>
    </message>
    <message>
        <source>Each update must carry it. It is kept in the system&apos;s keyring.</source>
        <translation>Jede Meldung von Telegram muss es tragen. Es liegt im Schlüsselbund des Systems.</translation>
    </message>
    <message>
        <source>For a Bot API server of your own. The token is sent there.</source>
        <translation>Für einen eigenen Server der Bot-API. Das Token wird dorthin gesendet.</translation>
    </message>
    <message>
        <source>For a Google Workspace account, with a Chat app of yours that sends its events to Pub/Sub. A service account of yours, set under Google Drive, pulls them.</source>
        <translation>Für ein Konto von Google Workspace, mit einer eigenen Chat-App, die ihre Ereignisse an Pub/Sub sendet. Ein eigenes Dienstkonto, das unter Google Drive eingestellt ist, holt sie ab.</translation>
    </message>
    <message>
        <source>For “steward serve” behind a web server of yours. A computer at home needs none of this.</source>
        <translation>Für „steward serve“ hinter einem eigenen Webserver. Ein Computer zu Hause braucht nichts davon.</translation>
    </message>
    <message>
        <source>Forget the token of your bot?</source>
        <translation>Das Token des Bots vergessen?</translation>
    </message>
    <message>
        <source>Forgets the token; who is paired stays so</source>
        <translation>Vergisst das Token; wer gekoppelt ist, bleibt es</translation>
    </message>
    <message>
        <source>Google Chat</source>
        <translation>Google Chat</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>Gruppen</translation>
    </message>
    <message>
        <source>Heard from {service} {ago}</source>
        <translation>Von {service} gehört: {ago}</translation>
    </message>
    <message>
        <source>Heard from {service}: {time}</source>
        <translation>Von {service} gehört: {time}</translation>
    </message>
    <message>
        <source>How to pair</source>
        <translation>So wird gekoppelt</translation>
    </message>
    <message>
        <source>In Telegram, write /newbot to @BotFather, and paste the token it gives you. It is kept in the system&apos;s keyring, and sent to Telegram only.</source>
        <translation>In Telegram /newbot an @BotFather schreiben und das Token, das zurückkommt, hier einfügen. Es liegt im Schlüsselbund des Systems und geht nur an Telegram.</translation>
    </message>
    <message>
        <source>In a group that is allowed, those who are paired speak to Steward by its name. Everybody in the group reads what it answers.</source>
        <translation>In einer erlaubten Gruppe sprechen Gekoppelte Steward mit seinem Namen an. Alle in der Gruppe lesen, was er antwortet.</translation>
    </message>
    <message>
        <source>It may arrive twice (Space)</source>
        <translation>Kommt vielleicht zweimal an (Leertaste)</translation>
    </message>
    <message>
        <source>It opens the chat with the code, on any device with it</source>
        <translation>Öffnet den Chat mit dem Code, auf jedem Gerät, das ihn hat</translation>
    </message>
    <message>
        <source>It stopped because of a fault in Steward.</source>
        <translation>Angehalten wegen eines Fehlers in Steward.</translation>
    </message>
    <message>
        <source>Kept in the system&apos;s keyring, sent to Telegram only, never shown again.</source>
        <translation>Liegt im Schlüsselbund des Systems, geht nur an Telegram und wird nie wieder gezeigt.</translation>
    </message>
    <message>
        <source>Listen to the bot</source>
        <translation>Dem Bot zuhören</translation>
    </message>
    <message>
        <source>Listen to {name} no more?</source>
        <translation>{name} nicht mehr zuhören?</translation>
    </message>
    <message>
        <source>Listening as {name}.</source>
        <translation>Hört zu als {name}.</translation>
    </message>
    <message>
        <source>Listening.</source>
        <translation>Hört zu.</translation>
    </message>
    <message>
        <source>Making a code …</source>
        <translation>Macht einen Code …</translation>
    </message>
    <message>
        <source>Messages may go there instead of here. End the other program, or have @BotFather revoke the token and paste the new one below.</source>
        <translation>Nachrichten gehen vielleicht dorthin statt hierher. Das andere Programm beenden, oder das Token bei @BotFather widerrufen und das neue unten einfügen.</translation>
    </message>
    <message>
        <source>Newest message: {time}</source>
        <translation>Neueste Nachricht: {time}</translation>
    </message>
    <message>
        <source>No keyring works here, so the token holds until you close Steward.</source>
        <translation>Hier geht kein Schlüsselbund, das Token gilt also, bis Steward geschlossen wird.</translation>
    </message>
    <message>
        <source>Nobody is paired: whoever writes over {service} gets no answer.</source>
        <translation>Niemand ist gekoppelt: Wer über {service} schreibt, bekommt keine Antwort.</translation>
    </message>
    <message>
        <source>Not connected. It begins with a bot of your own.</source>
        <translation>Nicht verbunden. Am Anfang steht ein eigener Bot.</translation>
    </message>
    <message>
        <source>Not saved: it takes 1 to 256 letters of the English alphabet, digits, - and _ only.</source>
        <translation>Nicht gesichert: erlaubt sind nur 1 bis 256 Buchstaben des englischen Alphabets, Ziffern, - und _.</translation>
    </message>
    <message>
        <source>Not set up.</source>
        <translation>Nicht eingerichtet.</translation>
    </message>
    <message>
        <source>Nothing is lost: what you write there waits there, what Steward answers waits here.</source>
        <translation>Nichts geht verloren: Was dort geschrieben wird, wartet dort, was Steward antwortet, wartet hier.</translation>
    </message>
    <message>
        <source>Off, what is written to the bot waits at Telegram for up to a day; the token is kept.</source>
        <translation>Aus: Was dem Bot geschrieben wird, wartet bis zu einem Tag bei Telegram; das Token bleibt.</translation>
    </message>
    <message>
        <source>Off: nobody is signed in with Google.</source>
        <translation>Aus: Niemand ist bei Google angemeldet.</translation>
    </message>
    <message>
        <source>Old messages</source>
        <translation>Alte Nachrichten</translation>
    </message>
    <message>
        <source>Open @&amp;BotFather</source>
        <translation>@&amp;BotFather öffnen</translation>
    </message>
    <message>
        <source>Opens the settings (Space)</source>
        <translation>Öffnet die Einstellungen (Leertaste)</translation>
    </message>
    <message>
        <source>Or write to {name} yourself: /start and this code.</source>
        <translation>Oder selbst an {name} schreiben: /start und diesen Code.</translation>
    </message>
    <message>
        <source>Pair a &amp;phone …</source>
        <translation>Telefon &amp;koppeln …</translation>
    </message>
    <message>
        <source>Pair a pe&amp;rson …</source>
        <translation>P&amp;erson koppeln …</translation>
    </message>
    <message>
        <source>Pair a phone over {service}</source>
        <translation>Telefon über {service} koppeln</translation>
    </message>
    <message>
        <source>Paired on {day} · id {id}</source>
        <translation>Gekoppelt am {day} · Kennung {id}</translation>
    </message>
    <message>
        <source>Pairing code</source>
        <translation>Code zum Koppeln</translation>
    </message>
    <message>
        <source>Pairs one phone, once. Good for {time}.</source>
        <translation>Koppelt ein Telefon, einmal. Gilt noch {time}.</translation>
    </message>
    <message>
        <source>Paste the token first.</source>
        <translation>Zuerst das Token einfügen.</translation>
    </message>
    <message>
        <source>Port of the webhook</source>
        <translation>Port des Webhooks</translation>
    </message>
    <message>
        <source>Pub/Sub subscription</source>
        <translation>Pub/Sub-Abonnement</translation>
    </message>
    <message>
        <source>Public address of the webhook</source>
        <translation>Öffentliche Adresse des Webhooks</translation>
    </message>
    <message>
        <source>QR code: opens the chat with the code on your phone</source>
        <translation>QR-Code: öffnet am Telefon den Chat mit dem Code</translation>
    </message>
    <message>
        <source>Revoke …</source>
        <translation>Aufheben …</translation>
    </message>
    <message>
        <source>Revoke: {name}</source>
        <translation>Kopplung aufheben: {name}</translation>
    </message>
    <message>
        <source>Revoke?</source>
        <translation>Kopplung aufheben?</translation>
    </message>
    <message>
        <source>Secret of the webhook</source>
        <translation>Geheimnis des Webhooks</translation>
    </message>
    <message>
        <source>Send again</source>
        <translation>Noch einmal senden</translation>
    </message>
    <message>
        <source>Send again what may not have arrived over {service}</source>
        <translation>Noch einmal senden, was über {service} vielleicht nicht ankam</translation>
    </message>
    <message>
        <source>Send this code to {name} from the phone</source>
        <translation>Diesen Code vom Telefon an {name} senden</translation>
    </message>
    <message>
        <source>Shows a code that is sent from the phone</source>
        <translation>Zeigt einen Code, der vom Telefon gesendet wird</translation>
    </message>
    <message>
        <source>Sign in again under Settings → Google Drive.</source>
        <translation>Unter Einstellungen → Google Drive neu anmelden.</translation>
    </message>
    <message>
        <source>Somebody else uses the same token.</source>
        <translation>Jemand anders benutzt dasselbe Token.</translation>
    </message>
    <message>
        <source>Steward asks before it does what was written longer ago than this, for instance while this computer was off.</source>
        <translation>Was länger her ist, tut Steward erst nach einer Frage, etwa weil dieser Computer aus war.</translation>
    </message>
    <message>
        <source>Steward on a server</source>
        <translation>Steward auf einem Server</translation>
    </message>
    <message>
        <source>Steward then answers nobody over Telegram. Conversations stay, and so do the pairings, for when you connect the bot again. @BotFather shows the token again.</source>
        <translation>Steward antwortet dann niemandem mehr über Telegram. Unterhaltungen bleiben, und die Kopplungen auch, falls der Bot wieder verbunden wird. @BotFather zeigt das Token noch einmal.</translation>
    </message>
    <message>
        <source>Steward then listens to them no more (Space)</source>
        <translation>Steward hört dieser Person dann nicht mehr zu (Leertaste)</translation>
    </message>
    <message>
        <source>Switch it off and on again. The log in its data folder says more.</source>
        <translation>Aus- und wieder einschalten. Das Protokoll im Datenordner sagt mehr.</translation>
    </message>
    <message>
        <source>Switched off.</source>
        <translation>Ausgeschaltet.</translation>
    </message>
    <message>
        <source>Switched off: nothing is fetched from Telegram.</source>
        <translation>Ausgeschaltet: Von Telegram wird nichts geholt.</translation>
    </message>
    <message>
        <source>Talk to Steward from your phone: the same conversations and skills, with a button for each approval. What you write and what Steward answers passes through Telegram.</source>
        <translation>Mit Steward vom Telefon aus sprechen: dieselben Unterhaltungen und Fähigkeiten, mit einem Knopf für jede Erlaubnis. Was geschrieben und geantwortet wird, geht durch Telegram.</translation>
    </message>
    <message>
        <source>Telegram</source>
        <translation>Telegram</translation>
    </message>
    <message>
        <source>Telegram is disconnected.</source>
        <translation>Telegram ist getrennt.</translation>
    </message>
    <message>
        <source>The Pub/Sub subscription that your Chat app&apos;s connection settings name.</source>
        <translation>Das Abonnement bei Pub/Sub, das in den Verbindungseinstellungen der Chat-App steht.</translation>
    </message>
    <message>
        <source>The code is copied.</source>
        <translation>Der Code ist kopiert.</translation>
    </message>
    <message>
        <source>The connection broke while it was sending: {messages} may not have arrived. What is sent again may arrive twice.</source>
        <translation>Beim Senden brach die Verbindung ab, vielleicht nicht angekommen: {messages}. Was noch einmal gesendet wird, kommt vielleicht zweimal an.</translation>
    </message>
    <message>
        <source>The https address Telegram is told to send updates to. Empty: you tell it.</source>
        <translation>Die https-Adresse, an die Telegram Meldungen senden soll. Leer: Telegram erfährt sie auf anderem Weg.</translation>
    </message>
    <message>
        <source>The link is copied.</source>
        <translation>Der Link ist kopiert.</translation>
    </message>
    <message>
        <source>The token is kept once Connect has tried it.</source>
        <translation>Das Token wird gesichert, wenn „Verbinden“ es versucht hat.</translation>
    </message>
    <message>
        <source>Their conversations stay. To talk to Steward again they need a new code.</source>
        <translation>Die Unterhaltungen bleiben. Um wieder mit Steward zu sprechen, braucht es einen neuen Code.</translation>
    </message>
    <message>
        <source>There is no code</source>
        <translation>Es gibt keinen Code</translation>
    </message>
    <message>
        <source>This one takes over when that one ends.</source>
        <translation>Dieser übernimmt, wenn jener endet.</translation>
    </message>
    <message>
        <source>To be done: {messages}</source>
        <translation>Zu tun: {messages}</translation>
    </message>
    <message>
        <source>To be sent: {messages}</source>
        <translation>Zu senden: {messages}</translation>
    </message>
    <message>
        <source>Token of your bot</source>
        <translation>Token des Bots</translation>
    </message>
    <message>
        <source>Tries again in {time}.</source>
        <translation>Neuer Versuch in {time}.</translation>
    </message>
    <message>
        <source>Trying again now.</source>
        <translation>Jetzt ein neuer Versuch.</translation>
    </message>
    <message>
        <source>Where “steward serve” takes updates from your web server on this machine. Empty: it asks Telegram for them.</source>
        <translation>Wo „steward serve“ die Meldungen vom Webserver auf diesem Computer annimmt. Leer: Es holt sie selbst bei Telegram.</translation>
    </message>
    <message>
        <source>Whether Steward may be spoken to in it (Space)</source>
        <translation>Ob Steward dort angesprochen werden darf (Leertaste)</translation>
    </message>
    <message>
        <source>Who may talk to Steward</source>
        <translation>Wer mit Steward sprechen darf</translation>
    </message>
    <message>
        <source>connecting</source>
        <translation>verbindet</translation>
    </message>
    <message>
        <source>from {service}</source>
        <translation>von {service}</translation>
    </message>
    <message>
        <source>listening</source>
        <translation>hört zu</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>Minuten</translation>
    </message>
    <message>
        <source>newest message {ago}</source>
        <translation>neueste Nachricht: {ago}</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>not reached</source>
        <translation>nicht erreicht</translation>
    </message>
    <message>
        <source>off</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>on standby</source>
        <translation>in Bereitschaft</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>abgewiesen</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>used elsewhere</source>
        <translation>anderswo benutzt</translation>
    </message>
    <message>
        <source>write it here; Enter keeps it</source>
        <translation>hier schreiben; Eingabe sichert es</translation>
    </message>
    <message>
        <source>your bot</source>
        <translation>dem Bot</translation>
    </message>
    <message>
        <source>{messages} unsure</source>
        <translation>{messages} unsicher</translation>
    </message>
    <message>
        <source>{name} is paired no more.</source>
        <translation>{name} ist nicht mehr gekoppelt.</translation>
    </message>
    <message>
        <source>{name} is paired, and can write to Steward now.</source>
        <translation>{name} ist gekoppelt und kann jetzt an Steward schreiben.</translation>
    </message>
    <message>
        <source>{service} cannot be reached.</source>
        <translation>{service} ist nicht zu erreichen.</translation>
    </message>
    <message>
        <source>{service} refuses the sign-in.</source>
        <translation>{service} weist die Anmeldung ab.</translation>
    </message>
    <message>
        <source>{service} refuses the token.</source>
        <translation>{service} weist das Token ab.</translation>
    </message>
    <message>
        <source>“steward serve” then takes no updates.</source>
        <translation>„steward serve“ nimmt dann keine Meldungen mehr an.</translation>
    </message>
    <message>
        <source>“{group}” is allowed no more.</source>
        <translation>„{group}“ ist nicht mehr erlaubt.</translation>
    </message>
    <message>
        <source>“{group}” is allowed.</source>
        <translation>„{group}“ ist erlaubt.</translation>
    </message>
</context>
<context>
    <name>Circuits</name>
    <message>
        <source>All circuits closed: every skill and service works. One that keeps failing is paused here.</source>
        <translation>Alle Sicherungen geschlossen: Jede Fähigkeit und jeder Dienst arbeitet. Wer immer wieder fehlschlägt, wird hier angehalten.</translation>
    </message>
    <message>
        <source>Let it be called again at once (R)</source>
        <translation>Sofort wieder aufrufen lassen (R)</translation>
    </message>
    <message>
        <source>Let nobody call it until it is reset (P)</source>
        <translation>Nicht aufrufen lassen, bis zurückgesetzt wird (P)</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Reset the circuit of {name}</source>
        <translation>Die Sicherung von {name} zurücksetzen</translation>
    </message>
    <message>
        <source>Trip the circuit of {name}: pause it</source>
        <translation>Die Sicherung von {name} auslösen: anhalten</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>geschlossen</translation>
    </message>
    <message>
        <source>one call is trying it</source>
        <translation>ein Aufruf versucht es</translation>
    </message>
    <message>
        <source>one call may try it now</source>
        <translation>ein Aufruf darf es jetzt versuchen</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>opened {count}</source>
        <translation>{count} geöffnet</translation>
    </message>
    <message>
        <source>paused by hand</source>
        <translation>von Hand angehalten</translation>
    </message>
    <message>
        <source>stays so until it is reset</source>
        <translation>bleibt so, bis zurückgesetzt wird</translation>
    </message>
    <message>
        <source>the next call tries it</source>
        <translation>der nächste Aufruf versucht es</translation>
    </message>
    <message>
        <source>tries again in {countdown}</source>
        <translation>neuer Versuch in {countdown}</translation>
    </message>
    <message>
        <source>trying once</source>
        <translation>ein Versuch</translation>
    </message>
    <message>
        <source>{count} not closed</source>
        <translation>{count} nicht geschlossen</translation>
    </message>
    <message>
        <source>{failures} failed in a row</source>
        <translation>{failures} hintereinander fehlgeschlagen</translation>
    </message>
    <message>
        <source>{successes} ok</source>
        <translation>{successes} in Ordnung</translation>
    </message>
    <message>
        <source>{sum} of the last {count} failed</source>
        <translation>{sum} der letzten {count} fehlgeschlagen</translation>
    </message>
</context>
<context>
    <name>Composer</name>
    <message>
        <source>&amp;Send</source>
        <translation>&amp;Senden</translation>
    </message>
    <message>
        <source>Ask, type / for commands, @ for a file</source>
        <translation>Fragen, / für Befehle, @ für eine Datei</translation>
    </message>
    <message>
        <source>Attach files</source>
        <translation>Dateien anhängen</translation>
    </message>
    <message>
        <source>Attached files</source>
        <translation>Angehängte Dateien</translation>
    </message>
    <message>
        <source>Completions</source>
        <translation>Vorschläge zum Ergänzen</translation>
    </message>
    <message>
        <source>Composer</source>
        <translation>Eingabe</translation>
    </message>
    <message>
        <source>Drop to attach</source>
        <translation>Loslassen zum Anhängen</translation>
    </message>
    <message>
        <source>Enter</source>
        <translation>Eingabetaste</translation>
    </message>
    <message>
        <source>Enter to send next · Escape stops</source>
        <translation>Eingabetaste sendet danach · Esc hält an</translation>
    </message>
    <message>
        <source>Escape</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Escape stops</source>
        <translation>Esc hält an</translation>
    </message>
    <message>
        <source>It goes back into the message field</source>
        <translation>Sie kommt zurück in das Nachrichtenfeld</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>Anhal&amp;ten</translation>
    </message>
    <message>
        <source>Send</source>
        <translation>Senden</translation>
    </message>
    <message>
        <source>Shift+Enter for a new line</source>
        <translation>Umschalt+Eingabe für eine neue Zeile</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Take back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Take back: {text}</source>
        <translation>Zurücknehmen: {text}</translation>
    </message>
    <message>
        <source>Waits its turn: {text}</source>
        <translation>Wartet, bis sie an der Reihe ist: {text}</translation>
    </message>
    <message>
        <source>… and {count} more</source>
        <translation>… und {count} weitere</translation>
    </message>
</context>
<context>
    <name>Conflicts</name>
    <message>
        <source> ({number} of {count})</source>
        <translation> ({number} von {count})</translation>
    </message>
    <message>
        <source>&amp;Decide later</source>
        <translation>&amp;Später entscheiden</translation>
    </message>
    <message>
        <source>&amp;Decide …</source>
        <translation>&amp;Entscheiden …</translation>
    </message>
    <message>
        <source>&amp;Keep theirs</source>
        <translation>&amp;Fremde behalten</translation>
    </message>
    <message>
        <source>&amp;Merge both</source>
        <translation>Beide &amp;zusammenführen</translation>
    </message>
    <message>
        <source>A&amp;pply</source>
        <translation>An&amp;wenden</translation>
    </message>
    <message>
        <source>A&amp;pply: {choice}</source>
        <translation>An&amp;wenden: {choice}</translation>
    </message>
    <message>
        <source>Apply: {choice}</source>
        <translation>Anwenden: {choice}</translation>
    </message>
    <message>
        <source>Both changed the same lines</source>
        <translation>Beide änderten dieselben Zeilen</translation>
    </message>
    <message>
        <source>Conflict</source>
        <translation>Konflikt</translation>
    </message>
    <message>
        <source>Decide</source>
        <translation>Entscheiden</translation>
    </message>
    <message>
        <source>Decide later</source>
        <translation>Später entscheiden</translation>
    </message>
    <message>
        <source>Keep theirs</source>
        <translation>Fremde behalten</translation>
    </message>
    <message>
        <source>Merge both</source>
        <translation>Beide zusammenführen</translation>
    </message>
    <message>
        <source>Ne&amp;xt conflict</source>
        <translation>&amp;Nächster Konflikt</translation>
    </message>
    <message>
        <source>Renamed to {name}.</source>
        <translation>Umbenannt in {name}.</translation>
    </message>
    <message>
        <source>See both texts and choose</source>
        <translation>Beide Texte ansehen und wählen</translation>
    </message>
    <message>
        <source>Someone else changed it at the same moment, and theirs stands, as version {version}. Both are kept.</source>
        <translation>Jemand anders änderte es im selben Augenblick, und das steht jetzt da, als Version {version}. Beides ist gesichert.</translation>
    </message>
    <message>
        <source>Someone else changed it at the same moment, and theirs stands. Both are kept.</source>
        <translation>Jemand anders änderte es im selben Augenblick, und das steht jetzt da. Beides ist gesichert.</translation>
    </message>
    <message>
        <source>Someone else changed {named} at the same moment. Nothing was overwritten: Versions shows both.</source>
        <translation>Jemand anders änderte {named} im selben Augenblick. Nichts wurde überschrieben: Versionen zeigt beides.</translation>
    </message>
    <message>
        <source>Someone else took it away at the same moment, and that stands. Both are kept.</source>
        <translation>Jemand anders entfernte es im selben Augenblick, und so ist es jetzt. Beides ist gesichert.</translation>
    </message>
    <message>
        <source>The file stays as it is now. The other change is not made.</source>
        <translation>Die Datei bleibt, wie sie jetzt ist. Die andere Änderung wird nicht gemacht.</translation>
    </message>
    <message>
        <source>Use &amp;ours</source>
        <translation>&amp;Unsere nehmen</translation>
    </message>
    <message>
        <source>Use ours</source>
        <translation>Unsere nehmen</translation>
    </message>
    <message>
        <source>What this choice does to the file</source>
        <translation>Was diese Wahl mit der Datei tut</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Die Person am Fenster</translation>
    </message>
    <message>
        <source>{name}: changed twice at once{place}</source>
        <translation>{name}: zweimal zugleich geändert{place}</translation>
    </message>
    <message>
        <source>{who} wanted to change it at {when}.</source>
        <translation>{who} wollte es um {when} ändern.</translation>
    </message>
    <message>
        <source>{who} wanted to make it at {when}.</source>
        <translation>{who} wollte es um {when} anlegen.</translation>
    </message>
    <message>
        <source>{who} wanted to remove it at {when}.</source>
        <translation>{who} wollte es um {when} entfernen.</translation>
    </message>
    <message>
        <source>{who} wanted to rename it at {when}.</source>
        <translation>{who} wollte es um {when} umbenennen.</translation>
    </message>
    <message>
        <source>{who} wanted to restore it at {when}.</source>
        <translation>{who} wollte es um {when} zurückholen.</translation>
    </message>
</context>
<context>
    <name>Connect</name>
    <message>
        <source>Asking for its models</source>
        <translation>Fragt nach den Modellen</translation>
    </message>
    <message>
        <source>Asking {name}</source>
        <translation>Fragt {name}</translation>
    </message>
    <message>
        <source>Cance&amp;l</source>
        <translation>Abbrec&amp;hen</translation>
    </message>
    <message>
        <source>Cancel connecting</source>
        <translation>Verbinden abbrechen</translation>
    </message>
    <message>
        <source>Cancelled. Nothing has changed.</source>
        <translation>Abgebrochen. Nichts hat sich geändert.</translation>
    </message>
    <message>
        <source>Check that the whole key was copied, or make a new one, and try again.</source>
        <translation>Bitte prüfen, ob der ganze Schlüssel kopiert wurde, oder einen neuen machen; dann neuer Versuch.</translation>
    </message>
    <message>
        <source>Connected to no model: offline commands answer from now on.</source>
        <translation>Mit keinem Modell verbunden: ab jetzt antworten Befehle ohne Netz.</translation>
    </message>
    <message>
        <source>Connected: {label} answers from now on.</source>
        <translation>Verbunden: {label} antwortet ab jetzt.</translation>
    </message>
    <message>
        <source>Copy the a&amp;ddress</source>
        <translation>A&amp;dresse kopieren</translation>
    </message>
    <message>
        <source>No browser opened: copy the address into one. Waiting for it</source>
        <translation>Kein Browser ging auf: bitte die Adresse in einen kopieren. Wartet darauf</translation>
    </message>
    <message>
        <source>No keyring works here, so the key holds until you close Steward.</source>
        <translation>Hier gibt es keinen Schlüsselbund; der Schlüssel gilt, bis Steward geschlossen wird.</translation>
    </message>
    <message>
        <source>Opening your browser</source>
        <translation>Öffnet den Browser</translation>
    </message>
    <message>
        <source>Taking the offline commands</source>
        <translation>Nimmt die Befehle ohne Netz</translation>
    </message>
    <message>
        <source>To open it in another browser of this computer</source>
        <translation>Um sie in einem anderen Browser dieses Rechners zu öffnen</translation>
    </message>
    <message>
        <source>Trying the key</source>
        <translation>Prüft den Schlüssel</translation>
    </message>
    <message>
        <source>Waiting for your browser</source>
        <translation>Wartet auf den Browser</translation>
    </message>
    <message>
        <source>{doing} ({time}). Nothing has changed yet.</source>
        <translation>{doing} ({time}). Noch hat sich nichts geändert.</translation>
    </message>
    <message>
        <source>{time} of {limit}</source>
        <translation>{time} von {limit}</translation>
    </message>
</context>
<context>
    <name>Conversations</name>
    <message>
        <source>&amp;Bring back to the list</source>
        <translation>&amp;Zurück in die Liste</translation>
    </message>
    <message>
        <source>&amp;Export as</source>
        <translation>&amp;Exportieren als</translation>
    </message>
    <message>
        <source>&amp;Import a conversation …</source>
        <translation>Unterhaltung &amp;importieren …</translation>
    </message>
    <message>
        <source>&amp;JSON, to import again …</source>
        <translation>&amp;JSON, zum erneuten Importieren …</translation>
    </message>
    <message>
        <source>&amp;Markdown …</source>
        <translation>&amp;Markdown …</translation>
    </message>
    <message>
        <source>&amp;New conversation</source>
        <translation>&amp;Neue Unterhaltung</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Pin to the top</source>
        <translation>&amp;Oben anheften</translation>
    </message>
    <message>
        <source>&amp;Rename</source>
        <translation>&amp;Umbenennen</translation>
    </message>
    <message>
        <source>&amp;Web page …</source>
        <translation>&amp;Webseite …</translation>
    </message>
    <message>
        <source>All conversations</source>
        <translation>Alle Unterhaltungen</translation>
    </message>
    <message>
        <source>Archived</source>
        <translation>Abgelegt</translation>
    </message>
    <message>
        <source>Archived ({archived_count})</source>
        <translation>Abgelegt ({archived_count})</translation>
    </message>
    <message>
        <source>Archived conversations</source>
        <translation>Abgelegte Unterhaltungen</translation>
    </message>
    <message>
        <source>Archived “{title}”</source>
        <translation>„{title}“ abgelegt</translation>
    </message>
    <message>
        <source>Bring back to the list</source>
        <translation>Zurück in die Liste</translation>
    </message>
    <message>
        <source>Choose a JSON file that Steward has exported.</source>
        <translation>Eine JSON-Datei wählen, die Steward exportiert hat.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Einen anderen Ordner wählen.</translation>
    </message>
    <message>
        <source>Conversations</source>
        <translation>Unterhaltungen</translation>
    </message>
    <message>
        <source>Done in {time}</source>
        <translation>Fertig in {time}</translation>
    </message>
    <message>
        <source>Export the conversation</source>
        <translation>Unterhaltung exportieren</translation>
    </message>
    <message>
        <source>Exported to {written}.</source>
        <translation>Exportiert nach {written}.</translation>
    </message>
    <message>
        <source>Import a conversation</source>
        <translation>Unterhaltung importieren</translation>
    </message>
    <message>
        <source>Imported “{title}”.</source>
        <translation>„{title}“ importiert.</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>Markdown (*.md)</source>
        <translation>Markdown (*.md)</translation>
    </message>
    <message>
        <source>New conversation</source>
        <translation>Neue Unterhaltung</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>Nichts gefunden</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Pinned</source>
        <translation>Angeheftet</translation>
    </message>
    <message>
        <source>Remove from the &amp;list</source>
        <translation>Aus der &amp;Liste nehmen</translation>
    </message>
    <message>
        <source>Search all conversations</source>
        <translation>Alle Unterhaltungen durchsuchen</translation>
    </message>
    <message>
        <source>Search everything  Ctrl+K</source>
        <translation>Alles durchsuchen  Strg+K</translation>
    </message>
    <message>
        <source>Set the status in report.md to final.</source>
        <translation>Setze den Status in report.md auf final.</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>Stopped at its limit after {time}</source>
        <translation>An der Grenze angehalten nach {time}</translation>
    </message>
    <message>
        <source>That was decided already, or had expired.</source>
        <translation>Das war schon entschieden oder abgelaufen.</translation>
    </message>
    <message>
        <source>The last answer failed</source>
        <translation>Die letzte Antwort ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>The newest {limit} messages</source>
        <translation>Die neuesten {limit} Nachrichten</translation>
    </message>
    <message>
        <source>This conversation is archived.</source>
        <translation>Diese Unterhaltung ist abgelegt.</translation>
    </message>
    <message>
        <source>Un&amp;pin</source>
        <translation>Nicht mehr an&amp;heften</translation>
    </message>
    <message>
        <source>Waiting for your approval</source>
        <translation>Wartet auf Erlaubnis</translation>
    </message>
    <message>
        <source>Web page (*.html)</source>
        <translation>Webseite (*.html)</translation>
    </message>
    <message>
        <source>What can you do?</source>
        <translation>Was kannst du?</translation>
    </message>
    <message>
        <source>What is in my folders?</source>
        <translation>Was ist in meinen Ordnern?</translation>
    </message>
    <message>
        <source>What was not sent last time stands in the message field.</source>
        <translation>Was beim letzten Mal nicht gesendet wurde, steht im Eingabefeld.</translation>
    </message>
    <message>
        <source>Working …</source>
        <translation>Arbeitet …</translation>
    </message>
    <message>
        <source>Your conversations will stand here.</source>
        <translation>Hier stehen bald die Unterhaltungen.</translation>
    </message>
    <message>
        <source>{name} cannot be written: {reason}.</source>
        <translation>{name} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{name} holds no conversation; nothing was added.</source>
        <translation>{name} enthält keine Unterhaltung; nichts wurde hinzugefügt.</translation>
    </message>
    <message>
        <source>{name} is no conversation; nothing was added.</source>
        <translation>{name} ist keine Unterhaltung; nichts wurde hinzugefügt.</translation>
    </message>
    <message>
        <source>{name} is too long for a conversation; nothing was added.</source>
        <translation>{name} ist zu lang für eine Unterhaltung; nichts wurde hinzugefügt.</translation>
    </message>
    <message>
        <source>{source} cannot be read: {reason}.</source>
        <translation>{source} lässt sich nicht lesen: {reason}.</translation>
    </message>
    <message>
        <source>{when} · Archived · </source>
        <translation>{when} · Abgelegt · </translation>
    </message>
    <message>
        <source>“{title}” is back</source>
        <translation>„{title}“ ist zurück</translation>
    </message>
    <message>
        <source>← All conversations</source>
        <translation>← Alle Unterhaltungen</translation>
    </message>
</context>
<context>
    <name>Dates</name>
    <message>
        <source>HH:mm</source>
        <comment>as in QLocale::toString</comment>
        <translation>HH:mm</translation>
    </message>
    <message>
        <source>HH:mm:ss</source>
        <comment>as in QLocale::toString</comment>
        <translation>HH:mm:ss</translation>
    </message>
    <message>
        <source>Today</source>
        <translation>Heute</translation>
    </message>
    <message>
        <source>Yesterday</source>
        <translation>Gestern</translation>
    </message>
    <message>
        <source>d MMM</source>
        <comment>as in QLocale::toString</comment>
        <translation>d. MMM</translation>
    </message>
    <message>
        <source>d MMM yyyy</source>
        <comment>as in QLocale::toString</comment>
        <translation>d. MMM yyyy</translation>
    </message>
    <message>
        <source>d MMMM</source>
        <comment>as in QLocale::toString</comment>
        <translation>d. MMMM</translation>
    </message>
    <message>
        <source>d MMMM yyyy</source>
        <comment>as in QLocale::toString</comment>
        <translation>d. MMMM yyyy</translation>
    </message>
    <message>
        <source>dddd, d MMMM</source>
        <comment>as in QLocale::toString</comment>
        <translation>dddd, d. MMMM</translation>
    </message>
    <message>
        <source>dddd, d MMMM yyyy</source>
        <comment>as in QLocale::toString</comment>
        <translation>dddd, d. MMMM yyyy</translation>
    </message>
</context>
<context>
    <name>Details</name>
    <message>
        <source>Circuits</source>
        <translation>Sicherungen</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>Hide the details (F9)</source>
        <translation>Details verbergen (F9)</translation>
    </message>
    <message>
        <source>Tear off or put back the details</source>
        <translation>Details abreißen oder zurücksetzen</translation>
    </message>
    <message>
        <source>Trace</source>
        <translation>Ablauf</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
</context>
<context>
    <name>Difference</name>
    <message>
        <source>No difference in the text</source>
        <translation>Kein Unterschied im Text</translation>
    </message>
    <message>
        <source>No difference in the text.</source>
        <translation>Kein Unterschied im Text.</translation>
    </message>
    <message>
        <source>no newline at the end of the file</source>
        <translation>kein Zeilenende am Ende der Datei</translation>
    </message>
    <message>
        <source>{added} added, {removed} removed</source>
        <translation>{added} hinzugefügt, {removed} entfernt</translation>
    </message>
    <message>
        <source>{lines} added</source>
        <translation>{lines} hinzugefügt</translation>
    </message>
    <message>
        <source>{lines} removed</source>
        <translation>{lines} entfernt</translation>
    </message>
    <message>
        <source>… {number} more lines are not shown.</source>
        <translation>… {number} weitere Zeilen werden nicht gezeigt.</translation>
    </message>
</context>
<context>
    <name>Drive</name>
    <message>
        <source>&amp;Add an account …</source>
        <translation>Konto &amp;hinzufügen …</translation>
    </message>
    <message>
        <source>&amp;Browse Drive …</source>
        <translation>Drive dur&amp;chsehen …</translation>
    </message>
    <message>
        <source>&amp;Open Google&apos;s console</source>
        <translation>Googles &amp;Konsole öffnen</translation>
    </message>
    <message>
        <source>A sign-in made elsewhere, as google-auth writes it (authorized_user). It is only read.</source>
        <translation>Eine anderswo gemachte Anmeldung, wie google-auth sie schreibt (authorized_user). Sie wird nur gelesen.</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>Zugriff</translation>
    </message>
    <message>
        <source>Accounts</source>
        <translation>Konten</translation>
    </message>
    <message>
        <source>Address of Google&apos;s interface</source>
        <translation>Adresse von Googles Schnittstelle</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>Alle Dateien</translation>
    </message>
    <message>
        <source>C&amp;onnect …</source>
        <translation>&amp;Verbinden …</translation>
    </message>
    <message>
        <source>Choose a file to write about, or a folder to watch</source>
        <translation>Eine Datei für die Nachricht wählen, oder einen Ordner zum Beobachten</translation>
    </message>
    <message>
        <source>Choose the &amp;file …</source>
        <translation>&amp;Datei wählen …</translation>
    </message>
    <message>
        <source>Choose your OAuth client file</source>
        <translation>Eigene OAuth-Client-Datei wählen</translation>
    </message>
    <message>
        <source>Connect Google Drive</source>
        <translation>Google Drive verbinden</translation>
    </message>
    <message>
        <source>For a gateway of your own. Tokens are sent there.</source>
        <translation>Für ein eigenes Gateway. Token werden dorthin gesendet.</translation>
    </message>
    <message>
        <source>For an organisation&apos;s service account: it sees what is shared with its address.</source>
        <translation>Für das Dienstkonto einer Organisation: Es sieht, was mit seiner Adresse geteilt ist.</translation>
    </message>
    <message>
        <source>From the service account&apos;s key file that is set below.</source>
        <translation>Aus der Schlüsseldatei des Dienstkontos, die unten eingestellt ist.</translation>
    </message>
    <message>
        <source>From the token file that is set below.</source>
        <translation>Aus der Token-Datei, die unten eingestellt ist.</translation>
    </message>
    <message>
        <source>Google Drive</source>
        <translation>Google Drive</translation>
    </message>
    <message>
        <source>Google Drive cannot be reached; it is tried again.</source>
        <translation>Google Drive ist nicht erreichbar; es wird wieder versucht.</translation>
    </message>
    <message>
        <source>Google Drive gives no address for {name}.</source>
        <translation>Google Drive nennt keine Adresse für {name}.</translation>
    </message>
    <message>
        <source>Google Drive, id {id}</source>
        <translation>Google Drive, Kennung {id}</translation>
    </message>
    <message>
        <source>Google has ended the sign-in: it expired or was revoked. No file was touched, and versions stay.</source>
        <translation>Google hat die Anmeldung beendet: Sie ist abgelaufen oder wurde widerrufen. Keine Datei wurde berührt, und Versionen bleiben.</translation>
    </message>
    <message>
        <source>Google then ends it for this client everywhere; versions of files stay (Space)</source>
        <translation>Google beendet sie dann für diesen Client überall; Versionen von Dateien bleiben (Leertaste)</translation>
    </message>
    <message>
        <source>Google wants to know which program asks, so you register one of your own, once: in Google&apos;s console make a project, switch on the Google Drive API, add yourself as a test user, make a client of the type “Desktop app” and download its JSON. While it is in testing, Google ends each sign-in after 7 days.</source>
        <translation>Google will wissen, welches Programm fragt. Darum wird einmal ein eigenes angemeldet: in Googles Konsole ein Projekt anlegen, die Google Drive API einschalten, sich selbst als Testnutzer eintragen, einen Client vom Typ „Desktop-App“ anlegen und sein JSON herunterladen. Solange er im Test ist, beendet Google jede Anmeldung nach 7 Tagen.</translation>
    </message>
    <message>
        <source>Held until you close Steward: no keyring works on this computer.</source>
        <translation>Gilt, bis Steward geschlossen wird: Auf diesem Computer arbeitet kein Schlüsselbund.</translation>
    </message>
    <message>
        <source>JSON files (*.json)</source>
        <translation>JSON-Dateien (*.json)</translation>
    </message>
    <message>
        <source>Last look: {time}.</source>
        <translation>Letzter Blick: {time}.</translation>
    </message>
    <message>
        <source>No keyring works on this computer, so the sign-in will hold until you close Steward. {doing}</source>
        <translation>Auf diesem Computer arbeitet kein Schlüsselbund, darum gilt die Anmeldung, bis Steward geschlossen wird. {doing}</translation>
    </message>
    <message>
        <source>Nobody is signed in.</source>
        <translation>Niemand ist angemeldet.</translation>
    </message>
    <message>
        <source>Not connected. Steward can keep versions of files there, too.</source>
        <translation>Nicht verbunden. Steward kann auch dort Versionen von Dateien aufheben.</translation>
    </message>
    <message>
        <source>Only files Steward makes: none of your other files can be found, read or changed. All files: it can read and change everything in your Drive; each file is archived before it is changed. Holds from the next sign-in on.</source>
        <translation>Nur Dateien, die Steward anlegt: Alle anderen kann es nicht finden, lesen oder ändern. Alle Dateien: Es kann alles in diesem Drive lesen und ändern; jede Datei wird gesichert, bevor sie geändert wird. Gilt ab der nächsten Anmeldung.</translation>
    </message>
    <message>
        <source>Only files it makes</source>
        <translation>Nur von ihm angelegte</translation>
    </message>
    <message>
        <source>Open the settings of Google Drive</source>
        <translation>Die Einstellungen zu Google Drive öffnen</translation>
    </message>
    <message>
        <source>Ready token file</source>
        <translation>Fertige Token-Datei</translation>
    </message>
    <message>
        <source>Service account&apos;s key file</source>
        <translation>Schlüsseldatei des Dienstkontos</translation>
    </message>
    <message>
        <source>Settings …</source>
        <translation>Einstellungen …</translation>
    </message>
    <message>
        <source>Sign &amp;in with Google …</source>
        <translation>Mit Google an&amp;melden …</translation>
    </message>
    <message>
        <source>Sign in again …</source>
        <translation>Neu anmelden …</translation>
    </message>
    <message>
        <source>Sign in again: {email}</source>
        <translation>Neu anmelden: {email}</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>Abmelden</translation>
    </message>
    <message>
        <source>Sign out: {email}</source>
        <translation>Abmelden: {email}</translation>
    </message>
    <message>
        <source>Signed in {time}: {access}.</source>
        <translation>Angemeldet am {time}: {access}.</translation>
    </message>
    <message>
        <source>Steward finds, reads and changes files in the Drives of these accounts. Tokens are kept in the system&apos;s keyring, and are sent to Google only.</source>
        <translation>Steward findet, liest und ändert Dateien in den Drives dieser Konten. Token liegen im Schlüsselbund des Systems und werden nur an Google gesendet.</translation>
    </message>
    <message>
        <source>The JSON of a client of the type “Desktop app” from Google&apos;s console. It is read where it lies, when you sign in.</source>
        <translation>Das JSON eines Clients vom Typ „Desktop-App“ aus Googles Konsole. Es wird bei der Anmeldung gelesen, wo es liegt.</translation>
    </message>
    <message>
        <source>Tr&amp;y now</source>
        <translation>&amp;Jetzt versuchen</translation>
    </message>
    <message>
        <source>Waiting for Google Drive: {names}. Nothing is lost: the bytes before and after are kept here, and the change is finished or taken back when Drive answers.</source>
        <translation>Wartet auf Google Drive: {names}. Nichts ist verloren: Der Inhalt davor und danach ist hier aufgehoben, und die Änderung wird beendet oder zurückgenommen, sobald Drive antwortet.</translation>
    </message>
    <message>
        <source>What Steward may see</source>
        <translation>Was Steward sehen darf</translation>
    </message>
    <message>
        <source>What others change in the files directly in it is kept as a version.</source>
        <translation>Was andere an den Dateien direkt darin ändern, wird als Version aufgehoben.</translation>
    </message>
    <message>
        <source>Without a browser</source>
        <translation>Ohne Browser</translation>
    </message>
    <message>
        <source>You had asked for: {access}.</source>
        <translation>Gewünscht war: {access}.</translation>
    </message>
    <message>
        <source>Your OAuth client</source>
        <translation>Eigener OAuth-Client</translation>
    </message>
    <message>
        <source>Your OAuth client file</source>
        <translation>Eigene OAuth-Client-Datei</translation>
    </message>
    <message>
        <source>Your browser opens, and asks for the same access (Space)</source>
        <translation>Der Browser öffnet sich und fragt nach demselben Zugriff (Leertaste)</translation>
    </message>
    <message>
        <source>Your browser opens, and comes back when you have allowed it</source>
        <translation>Der Browser öffnet sich und kommt zurück, wenn es erlaubt ist</translation>
    </message>
    <message>
        <source>all files</source>
        <translation>alle Dateien</translation>
    </message>
    <message>
        <source>cannot be used</source>
        <translation>nicht verwendbar</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>only files Steward makes</source>
        <translation>nur Dateien, die Steward anlegt</translation>
    </message>
    <message>
        <source>sign in again</source>
        <translation>neu anmelden</translation>
    </message>
    <message>
        <source>signed in</source>
        <translation>angemeldet</translation>
    </message>
    <message>
        <source>the access its token gives</source>
        <translation>der Zugriff, den sein Token gibt</translation>
    </message>
    <message>
        <source>{email} is signed in: {access}.</source>
        <translation>{email} ist angemeldet: {access}.</translation>
    </message>
    <message>
        <source>{email} is signed out here.</source>
        <translation>{email} ist hier abgemeldet.</translation>
    </message>
    <message>
        <source>{email} is signed out, and Google knows it.</source>
        <translation>{email} ist abgemeldet, und Google weiß es.</translation>
    </message>
    <message>
        <source>{email} is signed out.</source>
        <translation>{email} ist abgemeldet.</translation>
    </message>
    <message>
        <source>{email}: {state}. Open the settings</source>
        <translation>{email}: {state}. Einstellungen öffnen</translation>
    </message>
    <message>
        <source>{name} is not watched any more; its versions stay</source>
        <translation>{name} wird nicht mehr beobachtet; die Versionen bleiben</translation>
    </message>
    <message>
        <source>{name} is watched: changes in it are kept as versions.</source>
        <translation>{name} wird beobachtet: Änderungen darin werden als Versionen aufgehoben.</translation>
    </message>
</context>
<context>
    <name>DriveBrowser</name>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Put into the message</source>
        <translation>In die &amp;Nachricht setzen</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>&amp;Erneut versuchen</translation>
    </message>
    <message>
        <source>&amp;Watch this folder</source>
        <translation>Diesen Ordner &amp;beobachten</translation>
    </message>
    <message>
        <source>Asking Google Drive …</source>
        <translation>Fragt Google Drive …</translation>
    </message>
    <message>
        <source>Drive did not look everywhere.</source>
        <translation>Drive hat nicht überall gesucht.</translation>
    </message>
    <message>
        <source>Each change of the files directly in it is kept as a version from now on</source>
        <translation>Jede Änderung an den Dateien direkt darin wird von jetzt an als Version aufgehoben</translation>
    </message>
    <message>
        <source>Files and folders in Google Drive</source>
        <translation>Dateien und Ordner in Google Drive</translation>
    </message>
    <message>
        <source>Files that Steward may see</source>
        <translation>Dateien, die Steward sehen darf</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Found in Google Drive</source>
        <translation>In Google Drive gefunden</translation>
    </message>
    <message>
        <source>Google Doc</source>
        <translation>Google-Dokument</translation>
    </message>
    <message>
        <source>Google Drive</source>
        <translation>Google Drive</translation>
    </message>
    <message>
        <source>Google Sheet</source>
        <translation>Google-Tabelle</translation>
    </message>
    <message>
        <source>Google Slides</source>
        <translation>Google-Präsentation</translation>
    </message>
    <message>
        <source>Nothing is in this folder.</source>
        <translation>In diesem Ordner ist nichts.</translation>
    </message>
    <message>
        <source>Nothing was found.</source>
        <translation>Nichts gefunden.</translation>
    </message>
    <message>
        <source>One folder up</source>
        <translation>Einen Ordner höher</translation>
    </message>
    <message>
        <source>Open the &amp;settings …</source>
        <translation>&amp;Einstellungen öffnen …</translation>
    </message>
    <message>
        <source>Search Google Drive</source>
        <translation>Google Drive durchsuchen</translation>
    </message>
    <message>
        <source>Shared drive · {account}</source>
        <translation>Geteilte Ablage · {account}</translation>
    </message>
    <message>
        <source>Shortcut</source>
        <translation>Verknüpfung</translation>
    </message>
    <message>
        <source>Show more</source>
        <translation>Mehr zeigen</translation>
    </message>
    <message>
        <source>Watched already</source>
        <translation>Wird schon beobachtet</translation>
    </message>
    <message>
        <source>Your drives</source>
        <translation>Ablagen</translation>
    </message>
</context>
<context>
    <name>Empty</name>
    <message>
        <source>Choose a folder and a model, step by step</source>
        <translation>Schritt für Schritt einen Ordner und ein Modell wählen</translation>
    </message>
    <message>
        <source>Give it a folder to work in. Before it changes a file it shows you the difference and asks; every earlier version stays, and one click brings it back.</source>
        <translation>Zuerst braucht Steward einen Ordner, in dem es arbeiten darf. Vor jeder Änderung einer Datei zeigt es den Unterschied und fragt; jede frühere Version bleibt, und ein Klick holt sie zurück.</translation>
    </message>
    <message>
        <source>Set &amp;up Steward …</source>
        <translation>Steward einric&amp;hten …</translation>
    </message>
</context>
<context>
    <name>Endings</name>
    <message>
        <source>A limit was reached.</source>
        <translation>Eine Grenze wurde erreicht.</translation>
    </message>
    <message>
        <source>Continue</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Continue exactly where your answer was cut off.</source>
        <translation>Mach genau da weiter, wo deine Antwort abgeschnitten wurde.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Go on from where I stopped you.</source>
        <translation>Mach da weiter, wo ich dich angehalten habe.</translation>
    </message>
    <message>
        <source>Go on.</source>
        <translation>Mach weiter.</translation>
    </message>
    <message>
        <source>Interrupted: Steward ended before this answer did. What is above was kept, and so was every change.</source>
        <translation>Unterbrochen: Steward endete vor dieser Antwort. Was darüber steht, ist gesichert, und jede Änderung auch.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Stopped. What was done before stays, and every version of it.</source>
        <translation>Angehalten. Was vorher geschah, bleibt, und jede Version davon auch.</translation>
    </message>
    <message>
        <source>The answer broke off here.</source>
        <translation>Hier brach die Antwort ab.</translation>
    </message>
    <message>
        <source>You were interrupted. Go on from where your answer stopped.</source>
        <translation>Du wurdest unterbrochen. Mach da weiter, wo deine Antwort aufhörte.</translation>
    </message>
    <message>
        <source>{limit} The answer above sums up what was done.</source>
        <translation>{limit} Die Antwort darüber fasst zusammen, was getan wurde.</translation>
    </message>
</context>
<context>
    <name>Files</name>
    <message>
        <source>&amp;Copy path</source>
        <translation>&amp;Pfad kopieren</translation>
    </message>
    <message>
        <source>&amp;Open the file</source>
        <translation>Datei ö&amp;ffnen</translation>
    </message>
    <message>
        <source>A copy of version {number} of {name} is shown: it may be a program.</source>
        <translation>Eine Kopie von Version {number} von {name} wird gezeigt: Sie kann ein Programm sein.</translation>
    </message>
    <message>
        <source>Add &amp;folder …</source>
        <translation>&amp;Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Added {name}.</source>
        <translation>{name} hinzugefügt.</translation>
    </message>
    <message>
        <source>As Google Drive shows it</source>
        <translation>So wie Google Drive sie zeigt</translation>
    </message>
    <message>
        <source>As it is today, in its usual program</source>
        <translation>So wie sie heute ist, in ihrem üblichen Programm</translation>
    </message>
    <message>
        <source>Copied: {path}</source>
        <translation>Kopiert: {path}</translation>
    </message>
    <message>
        <source>Files in your folders</source>
        <translation>Dateien in den Ordnern</translation>
    </message>
    <message>
        <source>In your file manager</source>
        <translation>In der Dateiverwaltung</translation>
    </message>
    <message>
        <source>It is not there now. Is its disk connected?</source>
        <translation>Er ist gerade nicht da. Ist der Datenträger angeschlossen?</translation>
    </message>
    <message>
        <source>Let Steward work in another folder</source>
        <translation>Steward in einem weiteren Ordner arbeiten lassen</translation>
    </message>
    <message>
        <source>Let Steward work in this folder</source>
        <translation>Steward in diesem Ordner arbeiten lassen</translation>
    </message>
    <message>
        <source>Only for reading; changes to it are not kept</source>
        <translation>Nur zum Lesen; Änderungen daran bleiben nicht</translation>
    </message>
    <message>
        <source>Open a copy of this &amp;version</source>
        <translation>Kopie dieser &amp;Version öffnen</translation>
    </message>
    <message>
        <source>Open in &amp;browser …</source>
        <translation>Im &amp;Browser öffnen …</translation>
    </message>
    <message>
        <source>Opened a copy of version {number} of {name}. It is only for reading.</source>
        <translation>Eine Kopie von Version {number} von {name} ist geöffnet. Sie ist nur zum Lesen.</translation>
    </message>
    <message>
        <source>Remo&amp;ve folder</source>
        <translation>Ordner entf&amp;ernen</translation>
    </message>
    <message>
        <source>Show &amp;versions</source>
        <translation>&amp;Versionen zeigen</translation>
    </message>
    <message>
        <source>Show in &amp;folder</source>
        <translation>Im &amp;Ordner zeigen</translation>
    </message>
    <message>
        <source>Steward can read and change what is in it.</source>
        <translation>Steward kann lesen und ändern, was darin ist.</translation>
    </message>
    <message>
        <source>Steward can read it and change nothing: the system says so.</source>
        <translation>Steward kann ihn lesen und nichts ändern: So will es das System.</translation>
    </message>
    <message>
        <source>Steward no longer works in it; files and versions stay (Delete)</source>
        <translation>Steward arbeitet nicht mehr darin; Dateien und Versionen bleiben (Entf)</translation>
    </message>
    <message>
        <source>Steward no longer works in {name}. Its files and versions stay.</source>
        <translation>Steward arbeitet nicht mehr in {name}. Dateien und Versionen bleiben.</translation>
    </message>
    <message>
        <source>Stop &amp;watching</source>
        <translation>Nicht mehr &amp;beobachten</translation>
    </message>
    <message>
        <source>The folders you let Steward work in will stand here. It can touch nothing else.</source>
        <translation>Hier stehen die Ordner, in denen Steward arbeiten darf. Sonst kann es nichts berühren.</translation>
    </message>
    <message>
        <source>What others change in it is kept no more; versions stay (Delete)</source>
        <translation>Was andere darin ändern, wird nicht mehr aufgehoben; Versionen bleiben (Entf)</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>not there</source>
        <translation>nicht da</translation>
    </message>
    <message>
        <source>read only</source>
        <translation>nur lesbar</translation>
    </message>
    <message>
        <source>version {number}</source>
        <translation>Version {number}</translation>
    </message>
    <message>
        <source>{count} more …</source>
        <translation>{count} weitere …</translation>
    </message>
    <message>
        <source>{name} is not there now; this is where it stood.</source>
        <translation>{name} ist gerade nicht da; hier hat die Datei gestanden.</translation>
    </message>
    <message>
        <source>{name} may be a program: Steward shows it and never runs it.</source>
        <translation>{name} kann ein Programm sein: Steward zeigt es und führt es nie aus.</translation>
    </message>
    <message>
        <source>{name} removed; nothing in it was touched</source>
        <translation>{name} entfernt; darin wurde nichts angerührt</translation>
    </message>
</context>
<context>
    <name>Find</name>
    <message>
        <source>Close the search</source>
        <translation>Suche schließen</translation>
    </message>
    <message>
        <source>Earlier message</source>
        <translation>Frühere Nachricht</translation>
    </message>
    <message>
        <source>Find in this conversation</source>
        <translation>In dieser Unterhaltung suchen</translation>
    </message>
    <message>
        <source>Later message</source>
        <translation>Spätere Nachricht</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>Words to find in this conversation</source>
        <translation>Wörter, die in dieser Unterhaltung gesucht werden</translation>
    </message>
    <message>
        <source>{number} of {count}</source>
        <translation>{number} von {count}</translation>
    </message>
</context>
<context>
    <name>GlobalKey</name>
    <message>
        <source>Ask Steward a quick question</source>
        <translation>Steward kurz etwas fragen</translation>
    </message>
    <message>
        <source>Your desktop gave no key: bind one to “steward ask --window” in its settings.</source>
        <translation>Der Desktop gab keine Taste her: In seinen Einstellungen lässt sich eine mit „steward ask --window“ belegen.</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Escape</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>{whole}
Choose another ({keys})</source>
        <translation>{whole}
Andere Wahl ({keys})</translation>
    </message>
</context>
<context>
    <name>LastRun</name>
    <message>
        <source>And {number} more: the Versions pane has them.</source>
        <translation>Und {number} weitere: Sie stehen im Bereich Versionen.</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weiter</translation>
    </message>
    <message>
        <source>Nothing was lost: your messages and every version are here.</source>
        <translation>Nichts ging verloren: Alle Nachrichten und jede Version sind da.</translation>
    </message>
    <message>
        <source>Open it</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Steward ended without being closed.</source>
        <translation>Steward endete, ohne geschlossen zu werden.</translation>
    </message>
    <message>
        <source>last run</source>
        <translation>letzter Lauf</translation>
    </message>
    <message>
        <source>{messages} behind it: see its message field.</source>
        <translation>{messages} dahinter: im Eingabefeld der Unterhaltung.</translation>
    </message>
    <message>
        <source>“{title}” was being answered.</source>
        <translation>„{title}“ wurde gerade beantwortet.</translation>
    </message>
    <message>
        <source>“{title}”: {messages} not sent, see its message field.</source>
        <translation>„{title}“: {messages} nicht gesendet, im Eingabefeld der Unterhaltung.</translation>
    </message>
</context>
<context>
    <name>Models</name>
    <message>
        <source>&amp;Key</source>
        <translation>S&amp;chlüssel</translation>
    </message>
    <message>
        <source>&amp;Offline commands, no AI</source>
        <translation>&amp;Befehle ohne Netz, keine KI</translation>
    </message>
    <message>
        <source>A &amp;server with OpenAI&apos;s interface</source>
        <translation>Ein Ser&amp;ver mit der Schnittstelle von OpenAI</translation>
    </message>
    <message>
        <source>A conversation can have one of its own: its name stands in the line at the top.</source>
        <translation>Eine Unterhaltung kann ein eigenes haben: Der Name steht in der Zeile ganz oben.</translation>
    </message>
    <message>
        <source>A&amp;ddress</source>
        <translation>A&amp;dresse</translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation>Adresse des Servers</translation>
    </message>
    <message>
        <source>Asking for the models …</source>
        <translation>Fragt nach den Modellen …</translation>
    </message>
    <message>
        <source>Choose a model</source>
        <translation>Modell wählen</translation>
    </message>
    <message>
        <source>Co&amp;nnect</source>
        <translation>Verbi&amp;nden</translation>
    </message>
    <message>
        <source>Connect &amp;another …</source>
        <translation>Anderes &amp;verbinden …</translation>
    </message>
    <message>
        <source>Connect a model</source>
        <translation>Ein Modell verbinden</translation>
    </message>
    <message>
        <source>How it is asked</source>
        <translation>Wie es gefragt wird</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Schlüssel</translation>
    </message>
    <message>
        <source>Many models, one key. Your messages go to OpenRouter.</source>
        <translation>Viele Modelle, ein Schlüssel. Die Nachrichten gehen an OpenRouter.</translation>
    </message>
    <message>
        <source>Model for every conversation</source>
        <translation>Modell für alle Unterhaltungen</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>Modelle</translation>
    </message>
    <message>
        <source>Nothing leaves this computer.</source>
        <translation>Nichts verlässt diesen Computer.</translation>
    </message>
    <message>
        <source>Offline commands, no AI</source>
        <translation>Befehle ohne Netz, keine KI</translation>
    </message>
    <message>
        <source>Ollama, LM Studio, llama.cpp, vLLM … Your messages go to the address below.</source>
        <translation>Ollama, LM Studio, llama.cpp, vLLM … Die Nachrichten gehen an die Adresse darunter.</translation>
    </message>
    <message>
        <source>Open&amp;Router</source>
        <translation>Open&amp;Router</translation>
    </message>
    <message>
        <source>Search the models</source>
        <translation>Modelle durchsuchen</translation>
    </message>
    <message>
        <source>Search the models, or write a name</source>
        <translation>Modelle durchsuchen oder einen Namen schreiben</translation>
    </message>
    <message>
        <source>The address is kept once Connect has had an answer from it.</source>
        <translation>Die Adresse wird gesichert, sobald von dort eine Antwort kam.</translation>
    </message>
    <message>
        <source>The default</source>
        <translation>Die Voreinstellung</translation>
    </message>
    <message>
        <source>The default model</source>
        <translation>Das voreingestellte Modell</translation>
    </message>
    <message>
        <source>The key is kept once Connect has tried it.</source>
        <translation>Der Schlüssel wird gesichert, sobald er erprobt ist.</translation>
    </message>
    <message>
        <source>Use {name} at {base_url}</source>
        <translation>{name} unter {base_url} benutzen</translation>
    </message>
    <message>
        <source>Use “{typed}”</source>
        <translation>„{typed}“ benutzen</translation>
    </message>
    <message>
        <source>a name that is not in the list</source>
        <translation>ein Name, der nicht in der Liste steht</translation>
    </message>
    <message>
        <source>chosen now</source>
        <translation>jetzt gewählt</translation>
    </message>
    <message>
        <source>chosen now · {words}</source>
        <translation>jetzt gewählt · {words}</translation>
    </message>
    <message>
        <source>kept already; write here to replace it</source>
        <translation>schon gesichert; hier schreiben, um ihn zu ersetzen</translation>
    </message>
    <message>
        <source>none: offline commands need no model</source>
        <translation>keines: Befehle ohne Netz brauchen kein Modell</translation>
    </message>
    <message>
        <source>only if the server wants one</source>
        <translation>nur wenn der Server einen verlangt</translation>
    </message>
    <message>
        <source>set in the environment</source>
        <translation>in der Umgebung gesetzt</translation>
    </message>
    <message>
        <source>the server&apos;s first</source>
        <translation>das erste des Servers</translation>
    </message>
    <message>
        <source>uses no skills</source>
        <translation>benutzt keine Fähigkeiten</translation>
    </message>
    <message>
        <source>what the service itself takes first</source>
        <translation>was der Dienst zuerst nimmt</translation>
    </message>
    <message>
        <source>{asked} in, {answered} out per million</source>
        <translation>{asked} hinein, {answered} heraus je Million</translation>
    </message>
    <message>
        <source>{context_length} tokens</source>
        <translation>{context_length} Token</translation>
    </message>
    <message>
        <source>{model} answers from now on.</source>
        <translation>{model} antwortet von jetzt an.</translation>
    </message>
</context>
<context>
    <name>Notices</name>
    <message>
        <source>Done after {time}: {title}</source>
        <translation>Fertig nach {time}: {title}</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Open it to see why, and to try again.</source>
        <translation>Geöffnet zeigt sie den Grund und bietet einen neuen Versuch.</translation>
    </message>
    <message>
        <source>That was asked by a Steward that has ended. Nothing was changed.</source>
        <translation>Das fragte ein Steward, der nicht mehr läuft. Nichts wurde geändert.</translation>
    </message>
    <message>
        <source>That was decided already, or had expired.</source>
        <translation>Das war schon entschieden oder abgelaufen.</translation>
    </message>
    <message>
        <source>The answer in “{title}” failed</source>
        <translation>Die Antwort in „{title}“ ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>The screen is locked: open Steward to allow this.</source>
        <translation>Der Bildschirm ist gesperrt: Das lässt sich in Steward erlauben.</translation>
    </message>
</context>
<context>
    <name>Notifications</name>
    <message>
        <source>Ctrl+Shift+N goes to the first one</source>
        <translation>Strg+Umschalt+N führt zur ersten</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>Verwerfen</translation>
    </message>
    <message>
        <source>Dismiss (Escape)</source>
        <translation>Verwerfen (Esc)</translation>
    </message>
    <message>
        <source>Dismiss all</source>
        <translation>Alle verwerfen</translation>
    </message>
    <message>
        <source>Dismiss all (Shift+Delete)</source>
        <translation>Alle verwerfen (Umschalt+Entf)</translation>
    </message>
    <message>
        <source>Dismiss all notifications</source>
        <translation>Alle Meldungen verwerfen</translation>
    </message>
    <message>
        <source>Dismiss: {message}</source>
        <translation>Verwerfen: {message}</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Information</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>since {clock_time}</source>
        <translation>seit {clock_time}</translation>
    </message>
    <message>
        <source>{count} times</source>
        <translation>{count}-mal</translation>
    </message>
    <message>
        <source>{hidden} more</source>
        <translation>{hidden} weitere</translation>
    </message>
</context>
<context>
    <name>QuickAsk</name>
    <message>
        <source>&amp;Decide in Steward</source>
        <translation>In Steward &amp;entscheiden</translation>
    </message>
    <message>
        <source>&amp;Open in Steward</source>
        <translation>In Steward &amp;öffnen</translation>
    </message>
    <message>
        <source>&amp;Stop</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Ask Steward</source>
        <translation>Steward fragen</translation>
    </message>
    <message>
        <source>Ask Steward …</source>
        <translation>Steward fragen …</translation>
    </message>
    <message>
        <source>Decide in Steward: {summary}</source>
        <translation>In Steward entscheiden: {summary}</translation>
    </message>
    <message>
        <source>Enter asks on · Escape closes</source>
        <translation>Enter fragt weiter · Escape schließt</translation>
    </message>
    <message>
        <source>Enter asks · Escape closes</source>
        <translation>Enter fragt · Escape schließt</translation>
    </message>
    <message>
        <source>Go on in the main window (Ctrl+O)</source>
        <translation>Im Hauptfenster weiter (Strg+O)</translation>
    </message>
    <message>
        <source>Steward asks: {summary}?</source>
        <translation>Steward fragt: {summary}?</translation>
    </message>
    <message>
        <source>Steward is paused: your question waits.</source>
        <translation>Steward macht Pause: Die Frage wartet.</translation>
    </message>
    <message>
        <source>Steward is still starting: it goes out in a moment.</source>
        <translation>Steward startet noch: Die Frage geht gleich hinaus.</translation>
    </message>
    <message>
        <source>Waiting for your approval · nothing has changed yet</source>
        <translation>Wartet auf Erlaubnis · noch ist nichts geändert</translation>
    </message>
    <message>
        <source>Working … Escape closes; the answer goes on in Steward.</source>
        <translation>Arbeitet … Escape schließt; die Antwort geht in Steward weiter.</translation>
    </message>
    <message>
        <source>Your question</source>
        <translation>Frage</translation>
    </message>
</context>
<context>
    <name>Remedies</name>
    <message>
        <source>It is set under Settings → {page}.</source>
        <translation>Das steht unter Einstellungen → {page}.</translation>
    </message>
</context>
<context>
    <name>SetUp</name>
    <message>
        <source>&amp;Look for servers</source>
        <translation>Nach Servern s&amp;uchen</translation>
    </message>
    <message>
        <source>&amp;Paste a key of OpenRouter</source>
        <translation>Schlüssel von OpenRouter &amp;einfügen</translation>
    </message>
    <message>
        <source>1. Your files</source>
        <translation>1. Die Dateien</translation>
    </message>
    <message>
        <source>2. A model</source>
        <translation>2. Ein Modell</translation>
    </message>
    <message>
        <source>A server on this &amp;computer</source>
        <translation>Ein Server auf diesem Re&amp;chner</translation>
    </message>
    <message>
        <source>A small folder to try things on, in Steward&apos;s data folder</source>
        <translation>Ein kleiner Ordner zum Ausprobieren, in Stewards Datenordner</translation>
    </message>
    <message>
        <source>All of this can be changed later in the settings.</source>
        <translation>All das lässt sich später in den Einstellungen ändern.</translation>
    </message>
    <message>
        <source>Choose a &amp;folder …</source>
        <translation>&amp;Ordner wählen …</translation>
    </message>
    <message>
        <source>Continue &amp;without a model</source>
        <translation>Ohne Modell &amp;weiter</translation>
    </message>
    <message>
        <source>Key of OpenRouter</source>
        <translation>Schlüssel von OpenRouter</translation>
    </message>
    <message>
        <source>Keys are made at openrouter.ai/keys. It is tried first, then kept in this system&apos;s keyring, and sent to OpenRouter only.</source>
        <translation>Schlüssel gibt es auf openrouter.ai/keys. Er wird zuerst geprüft, dann im Schlüsselbund dieses Systems aufbewahrt und nur an OpenRouter gesendet.</translation>
    </message>
    <message>
        <source>Let Steward work in this folder</source>
        <translation>Steward in diesem Ordner arbeiten lassen</translation>
    </message>
    <message>
        <source>Looking …</source>
        <translation>Sucht …</translation>
    </message>
    <message>
        <source>Model of {name}</source>
        <translation>Modell von {name}</translation>
    </message>
    <message>
        <source>No model for &amp;now</source>
        <translation>Vorerst &amp;kein Modell</translation>
    </message>
    <message>
        <source>None answered. Start one, for instance with “ollama serve”, and look again. One with another address: Settings, Model.</source>
        <translation>Keiner antwortete. Einen starten, zum Beispiel mit „ollama serve“, und noch einmal suchen. Einen mit anderer Adresse: Einstellungen, Modell.</translation>
    </message>
    <message>
        <source>Offline commands answer: they list, read, find and change your files, and nothing leaves this computer. Type / to see them.</source>
        <translation>Befehle ohne Netz antworten: sie listen, lesen, finden und ändern Dateien, und nichts verlässt diesen Rechner. / zeigt sie.</translation>
    </message>
    <message>
        <source>Ollama, LM Studio, llama.cpp or vLLM, where you have started one. Steward asks the usual ports of this computer for their models, once.</source>
        <translation>Ollama, LM Studio, llama.cpp oder vLLM, sofern gestartet. Steward fragt die üblichen Ports dieses Rechners einmal nach ihren Modellen.</translation>
    </message>
    <message>
        <source>Paste the key first.</source>
        <translation>Zuerst den Schlüssel einfügen.</translation>
    </message>
    <message>
        <source>Set up Steward</source>
        <translation>Steward einrichten</translation>
    </message>
    <message>
        <source>Sign &amp;in …</source>
        <translation>An&amp;melden …</translation>
    </message>
    <message>
        <source>Sign in with &amp;OpenRouter</source>
        <translation>Mit Open&amp;Router anmelden</translation>
    </message>
    <message>
        <source>Sign in with OpenRouter</source>
        <translation>Mit OpenRouter anmelden</translation>
    </message>
    <message>
        <source>Skip</source>
        <translation>Überspringen</translation>
    </message>
    <message>
        <source>Skip setting up; it can be done later in the settings</source>
        <translation>Das Einrichten überspringen; es geht auch später in den Einstellungen</translation>
    </message>
    <message>
        <source>Star&amp;t</source>
        <translation>&amp;Los</translation>
    </message>
    <message>
        <source>Start working</source>
        <translation>Mit der Arbeit beginnen</translation>
    </message>
    <message>
        <source>Steward works only in folders you give it. Before it changes a file it asks, and every earlier version can be brought back.</source>
        <translation>Steward arbeitet nur in Ordnern, die dafür gewählt wurden. Vor jeder Änderung einer Datei fragt es, und jede frühere Version lässt sich zurückholen.</translation>
    </message>
    <message>
        <source>The names are those that usually have these ports.</source>
        <translation>Die Namen sind die, die diese Ports gewöhnlich haben.</translation>
    </message>
    <message>
        <source>Tr&amp;y and keep it</source>
        <translation>&amp;Prüfen und behalten</translation>
    </message>
    <message>
        <source>Try it, and let it answer (Space)</source>
        <translation>Prüfen und antworten lassen (Leertaste)</translation>
    </message>
    <message>
        <source>Two steps, and you may leave out either. Nothing is downloaded, and nobody is asked for anything, before you press a button.</source>
        <translation>Zwei Schritte, und beide können ausgelassen werden. Nichts wird geladen und niemand gefragt, bevor ein Knopf gedrückt wird.</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>Nehmen</translation>
    </message>
    <message>
        <source>Use sa&amp;mple files</source>
        <translation>&amp;Beispieldateien nehmen</translation>
    </message>
    <message>
        <source>Use {name} at {address}</source>
        <translation>{name} unter {address} nehmen</translation>
    </message>
    <message>
        <source>Your browser opens OpenRouter, and comes back here with a key of your own. Many models, one account; your messages go to OpenRouter.</source>
        <translation>Der Browser öffnet OpenRouter und kommt mit einem eigenen Schlüssel hierher zurück. Viele Modelle, ein Konto; die Nachrichten gehen an OpenRouter.</translation>
    </message>
    <message>
        <source>none yet</source>
        <translation>noch keine</translation>
    </message>
    <message>
        <source>not chosen yet</source>
        <translation>noch nicht gewählt</translation>
    </message>
    <message>
        <source>{name} (Escape)</source>
        <translation>{name} (Escape)</translation>
    </message>
    <message>
        <source>{name}, port {number}</source>
        <translation>{name}, Port {number}</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>&amp;Ask again</source>
        <translation>&amp;Wieder fragen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>&amp;Take back</source>
        <translation>&amp;Zurücknehmen</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>A key for a quick question</source>
        <translation>Eine Taste für eine schnelle Frage</translation>
    </message>
    <message>
        <source>A little</source>
        <translation>Ein wenig</translation>
    </message>
    <message>
        <source>A model that needs it no longer answers.</source>
        <translation>Ein Modell, das ihn braucht, antwortet nicht mehr.</translation>
    </message>
    <message>
        <source>A turn is one message of yours and all that follows from it. At a limit the model sums up and stops. What you change holds from the next turn on.</source>
        <translation>Eine Runde ist eine Nachricht und alles, was aus ihr folgt. An einer Grenze fasst das Modell zusammen und hält an. Was hier geändert wird, gilt ab der nächsten Runde.</translation>
    </message>
    <message>
        <source>A&amp;dd folder …</source>
        <translation>Ordner &amp;hinzufügen …</translation>
    </message>
    <message>
        <source>Accent colour</source>
        <translation>Akzentfarbe</translation>
    </message>
    <message>
        <source>Address of the server</source>
        <translation>Adresse des Servers</translation>
    </message>
    <message>
        <source>After so many failures in a row a skill, or the model&apos;s service, is left alone for a while.</source>
        <translation>Nach so vielen Fehlschlägen hintereinander wird eine Fähigkeit oder der Dienst des Modells eine Weile in Ruhe gelassen.</translation>
    </message>
    <message>
        <source>Answers in every conversation that has no model of its own.</source>
        <translation>Antwortet in jeder Unterhaltung, die kein eigenes Modell hat.</translation>
    </message>
    <message>
        <source>Approvals</source>
        <translation>Erlaubnisse</translation>
    </message>
    <message>
        <source>As little as it can</source>
        <translation>So wenig wie möglich</translation>
    </message>
    <message>
        <source>As the model likes</source>
        <translation>Wie das Modell möchte</translation>
    </message>
    <message>
        <source>As the service says, or its prices make it.</source>
        <translation>Wie der Dienst sagt oder wie seine Preise ergeben.</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Ask before each change</source>
        <translation>Vor jeder Änderung fragen</translation>
    </message>
    <message>
        <source>At its next start Steward asks your desktop for a key, and proposes Ctrl+Alt+Space; your desktop asks you. On desktops that give none, bind a key to “steward ask --window”.</source>
        <translation>Beim nächsten Start bittet Steward den Desktop um eine Taste und schlägt Strg+Alt+Leertaste vor; der Desktop fragt dann nach. Wo ein Desktop keine hergibt, lässt sich eine mit „steward ask --window“ belegen.</translation>
    </message>
    <message>
        <source>Back to the default: {default} (Space)</source>
        <translation>Zurück zur Voreinstellung: {default} (Leertaste)</translation>
    </message>
    <message>
        <source>Back to the defaults</source>
        <translation>Zurück zu den Voreinstellungen</translation>
    </message>
    <message>
        <source>Changes made outside</source>
        <translation>Änderungen von außen</translation>
    </message>
    <message>
        <source>Changes of files</source>
        <translation>Änderungen an Dateien</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Choose a folder and a model, step by step. What is set up now holds until you change it.</source>
        <translation>Schritt für Schritt einen Ordner und ein Modell wählen. Was eingerichtet ist, gilt bis zu einer Änderung.</translation>
    </message>
    <message>
        <source>Choose the folder first.</source>
        <translation>Erst den Ordner wählen.</translation>
    </message>
    <message>
        <source>Compared with the system&apos;s. Ctrl+Plus, Ctrl+Minus and Ctrl+0 in the window do the same.</source>
        <translation>Verglichen mit der des Systems. Strg+Plus, Strg+Minus und Strg+0 im Fenster tun dasselbe.</translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation>Kontrast</translation>
    </message>
    <message>
        <source>Conversations, versions, settings and logs. Set STEWARD_HOME in the environment and start Steward again to use another one.</source>
        <translation>Unterhaltungen, Versionen, Einstellungen und Protokolle. Für einen anderen Ordner STEWARD_HOME in der Umgebung setzen und Steward neu starten.</translation>
    </message>
    <message>
        <source>Cost of a day</source>
        <translation>Kosten eines Tages</translation>
    </message>
    <message>
        <source>Cost of a turn</source>
        <translation>Kosten einer Runde</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Data folder</source>
        <translation>Datenordner</translation>
    </message>
    <message>
        <source>Deutsch</source>
        <translation>Deutsch</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Errors, warnings and information: to the window, the system&apos;s tray, your phone, the log.</source>
        <translation>Fehler, Warnungen und Hinweise: in das Fenster, den Infobereich, auf das Telefon, ins Protokoll.</translation>
    </message>
    <message>
        <source>Every model reads them before your message.</source>
        <translation>Jedes Modell liest sie vor der Nachricht.</translation>
    </message>
    <message>
        <source>Everything Steward changes is archived first. What leaves this computer, or cannot be taken back, is asked about either way.</source>
        <translation>Alles, was Steward ändert, wird zuerst gesichert. Was diesen Computer verlässt oder sich nicht zurücknehmen lässt, wird in jedem Fall gefragt.</translation>
    </message>
    <message>
        <source>Failures before a pause</source>
        <translation>Fehlschläge vor einer Pause</translation>
    </message>
    <message>
        <source>Files in the folders are kept as they are now (not very large ones, and at most 10,000 a folder), and what other programs save becomes a version too. Off, such a change is kept when Steward next touches the file.</source>
        <translation>Dateien in den Ordnern werden gesichert, wie sie jetzt sind (nicht sehr große, und höchstens 10.000 je Ordner), und was andere Programme speichern, wird auch eine Version. Ausgeschaltet wird so eine Änderung gesichert, wenn Steward die Datei das nächste Mal berührt.</translation>
    </message>
    <message>
        <source>First steps</source>
        <translation>Erste Schritte</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Folders Steward may work in</source>
        <translation>Ordner, in denen Steward arbeiten darf</translation>
    </message>
    <message>
        <source>Folders whose AGENTS.md is followed</source>
        <translation>Ordner, deren AGENTS.md befolgt wird</translation>
    </message>
    <message>
        <source>For instance: Write British English. Keep it short.</source>
        <translation>Zum Beispiel: Schreib auf Deutsch. Fass dich kurz.</translation>
    </message>
    <message>
        <source>For single &amp;sources</source>
        <translation>Für einzelne &amp;Quellen</translation>
    </message>
    <message>
        <source>Google Drive</source>
        <translation>Google Drive</translation>
    </message>
    <message>
        <source>Held until you close Steward: no keyring works on this computer.</source>
        <translation>Gilt, bis Steward geschlossen wird: Auf diesem Computer arbeitet kein Schlüsselbund.</translation>
    </message>
    <message>
        <source>High</source>
        <translation>Hoch</translation>
    </message>
    <message>
        <source>High: black on white or white on black, and clear lines around everything.</source>
        <translation>Hoch: schwarz auf weiß oder weiß auf schwarz, und klare Linien um alles.</translation>
    </message>
    <message>
        <source>Holds at once.</source>
        <translation>Gilt sofort.</translation>
    </message>
    <message>
        <source>How long one turn may take; what you take to decide does not count.</source>
        <translation>Wie lange eine Runde dauern darf; Zeit zum Entscheiden zählt nicht.</translation>
    </message>
    <message>
        <source>How long the model thinks before it answers, where it can be told.</source>
        <translation>Wie lange das Modell nachdenkt, bevor es antwortet, wo sich das sagen lässt.</translation>
    </message>
    <message>
        <source>How many skills the model may use in one turn.</source>
        <translation>Wie viele Fähigkeiten das Modell in einer Runde benutzen darf.</translation>
    </message>
    <message>
        <source>How often the model may be asked in one turn.</source>
        <translation>Wie oft das Modell in einer Runde gefragt werden darf.</translation>
    </message>
    <message>
        <source>If the model fails</source>
        <translation>Wenn das Modell ausfällt</translation>
    </message>
    <message>
        <source>Information</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>It can touch nothing outside them.</source>
        <translation>Außerhalb davon kann es nichts berühren.</translation>
    </message>
    <message>
        <source>It can touch nothing outside them. Tick a folder to follow the instructions in its AGENTS.md; do so only for folders whose content you trust.</source>
        <translation>Außerhalb davon kann es nichts berühren. Ein Haken lässt es den Anweisungen in der AGENTS.md des Ordners folgen; nur bei Ordnern setzen, deren Inhalt vertrauenswürdig ist.</translation>
    </message>
    <message>
        <source>Its instructions then count as yours. Only for folders whose content you trust.</source>
        <translation>Die Anweisungen darin gelten dann wie eigene. Nur für Ordner, deren Inhalt vertrauenswürdig ist.</translation>
    </message>
    <message>
        <source>Kept in the system&apos;s keyring, sent to OpenRouter only, never shown again.</source>
        <translation>Im Schlüsselbund des Systems gesichert, nur an OpenRouter gesendet, nie wieder gezeigt.</translation>
    </message>
    <message>
        <source>Kept in the system&apos;s keyring, sent to that server only, never shown again.</source>
        <translation>Im Schlüsselbund des Systems gesichert, nur an diesen Server gesendet, nie wieder gezeigt.</translation>
    </message>
    <message>
        <source>Kept in the system&apos;s keyring.</source>
        <translation>Im Schlüsselbund des Systems gesichert.</translation>
    </message>
    <message>
        <source>Key of the server</source>
        <translation>Schlüssel des Servers</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Length of the pause</source>
        <translation>Länge der Pause</translation>
    </message>
    <message>
        <source>Let Steward work in this folder</source>
        <translation>Steward in diesem Ordner arbeiten lassen</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Limits</source>
        <translation>Grenzen</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>Long</source>
        <translation>Lange</translation>
    </message>
    <message>
        <source>Longer conversations are summed up. Empty: what the provider says, else 128,000 tokens.</source>
        <translation>Längere Unterhaltungen werden zusammengefasst. Leer: was der Anbieter sagt, sonst 128.000 Token.</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Model calls</source>
        <translation>Aufrufe des Modells</translation>
    </message>
    <message>
        <source>No asking</source>
        <translation>Nicht fragen</translation>
    </message>
    <message>
        <source>None.</source>
        <translation>Keiner.</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>Not at all</source>
        <translation>Gar nicht</translation>
    </message>
    <message>
        <source>Not saved: {error}.</source>
        <translation>Nicht gesichert: {error}.</translation>
    </message>
    <message>
        <source>Not saved: {error}. It is still {held}.</source>
        <translation>Nicht gesichert: {error}. Es gilt weiter {held}.</translation>
    </message>
    <message>
        <source>Nothing found for “{words}”.
Try one word, such as cost, folder or key.</source>
        <translation>Nichts gefunden für „{words}“.
Vielleicht hilft ein einzelnes Wort wie Kosten, Ordner oder Schlüssel.</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>Notifications go where they went by default.</source>
        <translation>Meldungen gehen wieder dahin, wohin sie voreingestellt gehen.</translation>
    </message>
    <message>
        <source>Of all model calls of one turn, sent and answered.</source>
        <translation>Aller Aufrufe des Modells in einer Runde, gesendet und geantwortet.</translation>
    </message>
    <message>
        <source>Of all turns of a day, counted likewise.</source>
        <translation>Aller Runden eines Tages, ebenso gezählt.</translation>
    </message>
    <message>
        <source>Of the window, with its dates and numbers. Holds from the next start.</source>
        <translation>Des Fensters, mit Daten und Zahlen. Gilt ab dem nächsten Start.</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>Aus</translation>
    </message>
    <message>
        <source>On</source>
        <translation>An</translation>
    </message>
    <message>
        <source>On: nothing moves or blinks by itself.</source>
        <translation>An: Nichts bewegt sich oder blinkt von selbst.</translation>
    </message>
    <message>
        <source>One that takes longer is stopped. What it changed until then can be taken back.</source>
        <translation>Eine, die länger braucht, wird angehalten. Was sie bis dahin änderte, lässt sich zurücknehmen.</translation>
    </message>
    <message>
        <source>One turn</source>
        <translation>Eine Runde</translation>
    </message>
    <message>
        <source>OpenRouter key</source>
        <translation>Schlüssel für OpenRouter</translation>
    </message>
    <message>
        <source>OpenRouter only, as JSON: order, only, ignore, allow_fallbacks, require_parameters, data_collection, zdr, sort, max_price, quantizations.</source>
        <translation>Nur OpenRouter, als JSON: order, only, ignore, allow_fallbacks, require_parameters, data_collection, zdr, sort, max_price, quantizations.</translation>
    </message>
    <message>
        <source>OpenRouter only: up to 10 models to ask in turn, with commas between their names.</source>
        <translation>Nur OpenRouter: bis zu 10 Modelle, die der Reihe nach gefragt werden, mit Kommas dazwischen.</translation>
    </message>
    <message>
        <source>Record changes made outside Steward</source>
        <translation>Änderungen außerhalb von Steward festhalten</translation>
    </message>
    <message>
        <source>Reduced motion</source>
        <translation>Weniger Bewegung</translation>
    </message>
    <message>
        <source>Remove the key?</source>
        <translation>Den Schlüssel entfernen?</translation>
    </message>
    <message>
        <source>Remove the key? ({title})</source>
        <translation>Den Schlüssel entfernen? ({title})</translation>
    </message>
    <message>
        <source>Remove …</source>
        <translation>Entfernen …</translation>
    </message>
    <message>
        <source>Remove: {title}</source>
        <translation>Entfernen: {title}</translation>
    </message>
    <message>
        <source>Remove: {title} (Space)</source>
        <translation>Entfernen: {title} (Leertaste)</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>Zurücksetzen</translation>
    </message>
    <message>
        <source>Reset a&amp;ll</source>
        <translation>A&amp;lles zurücksetzen</translation>
    </message>
    <message>
        <source>Reset {title}</source>
        <translation>{title} zurücksetzen</translation>
    </message>
    <message>
        <source>Rules for single sources</source>
        <translation>Regeln für einzelne Quellen</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>Gesichert.</translation>
    </message>
    <message>
        <source>Search  Ctrl+F</source>
        <translation>Suchen  Strg+F</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
        <source>Set by {env} in the environment.</source>
        <translation>Von {env} in der Umgebung gesetzt.</translation>
    </message>
    <message>
        <source>Set up a&amp;gain …</source>
        <translation>Noch ein&amp;mal einrichten …</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Settings found</source>
        <translation>Gefundene Einstellungen</translation>
    </message>
    <message>
        <source>Settings pages</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>Sign &amp;in with OpenRouter …</source>
        <translation>Mit OpenRouter an&amp;melden …</translation>
    </message>
    <message>
        <source>Size of text</source>
        <translation>Textgröße</translation>
    </message>
    <message>
        <source>Skill calls</source>
        <translation>Aufrufe von Fähigkeiten</translation>
    </message>
    <message>
        <source>Skills</source>
        <translation>Fähigkeiten</translation>
    </message>
    <message>
        <source>Some time</source>
        <translation>Einige Zeit</translation>
    </message>
    <message>
        <source>Stay in the tray when the window is closed</source>
        <translation>Nach dem Schließen des Fensters weiterlaufen</translation>
    </message>
    <message>
        <source>Steward asks again: {said}.</source>
        <translation>Steward fragt wieder: {said}.</translation>
    </message>
    <message>
        <source>Steward cannot show it, so you would have to paste it again. {after}</source>
        <translation>Steward kann ihn nicht zeigen, er müsste also neu eingefügt werden. {after}</translation>
    </message>
    <message>
        <source>Steward goes on working, and its icon leads back to it. Ctrl+Q ends it. Where there is no tray, closing the window ends it as usual.</source>
        <translation>Steward arbeitet weiter, und sein Symbol in der Leiste führt zurück. Strg+Q beendet es. Wo es keine solche Leiste gibt, beendet das Schließen es wie gewohnt.</translation>
    </message>
    <message>
        <source>Steward may no longer work in it; its history stays</source>
        <translation>Steward darf nicht mehr darin arbeiten; die Geschichte bleibt</translation>
    </message>
    <message>
        <source>Steward settings</source>
        <translation>Einstellungen von Steward</translation>
    </message>
    <message>
        <source>Steward&apos;s</source>
        <translation>Die von Steward</translation>
    </message>
    <message>
        <source>System tray</source>
        <translation>Infobereich</translation>
    </message>
    <message>
        <source>Take the permission back</source>
        <translation>Die Erlaubnis zurücknehmen</translation>
    </message>
    <message>
        <source>Taken back.</source>
        <translation>Zurückgenommen.</translation>
    </message>
    <message>
        <source>The look</source>
        <translation>Das Aussehen</translation>
    </message>
    <message>
        <source>The offline commands, OpenRouter, or a server with OpenAI&apos;s interface.</source>
        <translation>Die Befehle ohne Netz, OpenRouter oder ein Server mit der Schnittstelle von OpenAI.</translation>
    </message>
    <message>
        <source>The source stands on the card. Write SEVERITY/SOURCE=PLACES, with info, warning, error or any, and window, tray, telegram, log or none; separate rules with a semicolon.</source>
        <translation>Die Quelle steht auf der Karte. Schreibweise: SEVERITY/SOURCE=PLACES, mit info, warning, error oder any und window, tray, telegram, log oder none; Regeln mit einem Strichpunkt trennen.</translation>
    </message>
    <message>
        <source>The system&apos;s is made darker or lighter where it could not be read.</source>
        <translation>Die des Systems wird dunkler oder heller gemacht, wo sie nicht lesbar wäre.</translation>
    </message>
    <message>
        <source>The tray speaks only while the window is not in front. Whatever you choose, each one is kept in the history with how often it came.</source>
        <translation>Der Infobereich meldet sich nur, wenn das Fenster nicht vorn ist. Wie auch immer gewählt wird: Jede Meldung bleibt im Verlauf, mit der Zahl, wie oft sie kam.</translation>
    </message>
    <message>
        <source>The window</source>
        <translation>Das Fenster</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Erscheinungsbild</translation>
    </message>
    <message>
        <source>Then one call is tried. Each pause that follows is twice as long.</source>
        <translation>Dann wird ein Aufruf versucht. Jede folgende Pause ist doppelt so lang.</translation>
    </message>
    <message>
        <source>There are none. The buttons of a card that asks make them.</source>
        <translation>Es gibt keine. Die Knöpfe einer Karte, die fragt, legen sie an.</translation>
    </message>
    <message>
        <source>These skills run without a question:</source>
        <translation>Diese Fähigkeiten laufen ohne Frage:</translation>
    </message>
    <message>
        <source>Thinking</source>
        <translation>Nachdenken</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Time for a skill</source>
        <translation>Zeit für eine Fähigkeit</translation>
    </message>
    <message>
        <source>Tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>US dollars</source>
        <translation>US-Dollar</translation>
    </message>
    <message>
        <source>Warnings</source>
        <translation>Warnungen</translation>
    </message>
    <message>
        <source>What needs no asking</source>
        <translation>Was keine Frage braucht</translation>
    </message>
    <message>
        <source>What the model can take in</source>
        <translation>Was das Modell aufnehmen kann</translation>
    </message>
    <message>
        <source>Where a server with OpenAI&apos;s interface answers. Your messages go there.</source>
        <translation>Wo ein Server mit der Schnittstelle von OpenAI antwortet. Die Nachrichten gehen dorthin.</translation>
    </message>
    <message>
        <source>Where notifications go</source>
        <translation>Wohin Meldungen gehen</translation>
    </message>
    <message>
        <source>Who answers</source>
        <translation>Wer antwortet</translation>
    </message>
    <message>
        <source>Who may run the model</source>
        <translation>Wer das Modell betreiben darf</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>Fenster</translation>
    </message>
    <message>
        <source>You</source>
        <translation>Die Person</translation>
    </message>
    <message>
        <source>You and the look</source>
        <translation>Persönliches</translation>
    </message>
    <message>
        <source>Your browser opens, and comes back with a key of your own</source>
        <translation>Der Browser geht auf und kommt mit einem eigenen Schlüssel zurück</translation>
    </message>
    <message>
        <source>Your own instructions</source>
        <translation>Eigene Anweisungen</translation>
    </message>
    <message>
        <source>Your rules</source>
        <translation>Eigene Regeln</translation>
    </message>
    <message>
        <source>a conversation</source>
        <translation>einer Unterhaltung</translation>
    </message>
    <message>
        <source>above 0</source>
        <translation>über 0</translation>
    </message>
    <message>
        <source>anyone; for instance {&quot;data_collection&quot;: &quot;deny&quot;}</source>
        <translation>alle; zum Beispiel {&quot;data_collection&quot;: &quot;deny&quot;}</translation>
    </message>
    <message>
        <source>automatic</source>
        <translation>automatisch</translation>
    </message>
    <message>
        <source>calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>empty</source>
        <translation>leer</translation>
    </message>
    <message>
        <source>failures</source>
        <translation>Fehlschläge</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>keine Grenze</translation>
    </message>
    <message>
        <source>no others</source>
        <translation>keine anderen</translation>
    </message>
    <message>
        <source>seconds</source>
        <translation>Sekunden</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>{kind}: {place} (Space)</source>
        <translation>{kind}: {place} (Leertaste)</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low} bis {high}</translation>
    </message>
    <message>
        <source>{name} removed; nothing in it was touched</source>
        <translation>{name} entfernt; darin wurde nichts angerührt</translation>
    </message>
    <message>
        <source>{said} Close again to leave it as it was.</source>
        <translation>{said} Noch einmal schließen lässt es, wie es war.</translation>
    </message>
    <message>
        <source>{skill}, always</source>
        <translation>{skill}, immer</translation>
    </message>
    <message>
        <source>{skill}, in the folder {folder}</source>
        <translation>{skill}, im Ordner {folder}</translation>
    </message>
    <message>
        <source>{skill}, in “{title}”</source>
        <translation>{skill}, in „{title}“</translation>
    </message>
    <message>
        <source>{title} is not saved.</source>
        <translation>{title} ist nicht gesichert.</translation>
    </message>
</context>
<context>
    <name>Skills</name>
    <message>
        <source>(only the beginning of the difference is shown)</source>
        <translation>(nur der Anfang des Unterschieds ist zu sehen)</translation>
    </message>
    <message>
        <source>Add to the end of {path}</source>
        <translation>Am Ende von {path} anfügen</translation>
    </message>
    <message>
        <source>Change {path}</source>
        <translation>{path} ändern</translation>
    </message>
    <message>
        <source>Create {path}</source>
        <translation>{path} anlegen</translation>
    </message>
    <message>
        <source>Move {path} to {target}</source>
        <translation>{path} nach {target} verschieben</translation>
    </message>
    <message>
        <source>Remove {path}</source>
        <translation>{path} entfernen</translation>
    </message>
    <message>
        <source>Restore version {number} of {path}</source>
        <translation>Version {number} von {path} zurückholen</translation>
    </message>
    <message>
        <source>Undo the changes of {path}</source>
        <translation>Änderungen an {path} zurücknehmen</translation>
    </message>
    <message>
        <source>Undo what version {number} of {path} did</source>
        <translation>Zurücknehmen, was Version {number} von {path} getan hat</translation>
    </message>
    <message>
        <source>files.append</source>
        <comment>a verb: add to a file</comment>
        <translation>Anhängen</translation>
    </message>
    <message>
        <source>files.create</source>
        <comment>a verb: create a file</comment>
        <translation>Datei anlegen</translation>
    </message>
    <message>
        <source>files.diff</source>
        <comment>a verb: compare two versions</comment>
        <translation>Versionen vergleichen</translation>
    </message>
    <message>
        <source>files.edit</source>
        <comment>a verb: change a file</comment>
        <translation>Datei ändern</translation>
    </message>
    <message>
        <source>files.list</source>
        <comment>a verb: list files</comment>
        <translation>Dateien auflisten</translation>
    </message>
    <message>
        <source>files.move</source>
        <comment>a verb: move a file</comment>
        <translation>Verschieben</translation>
    </message>
    <message>
        <source>files.read</source>
        <comment>a verb: read a file</comment>
        <translation>Datei lesen</translation>
    </message>
    <message>
        <source>files.remove</source>
        <comment>a verb: remove a file</comment>
        <translation>Datei entfernen</translation>
    </message>
    <message>
        <source>files.restore</source>
        <comment>a verb: restore a version</comment>
        <translation>Version zurückholen</translation>
    </message>
    <message>
        <source>files.search</source>
        <comment>a verb: search in files</comment>
        <translation>In Dateien suchen</translation>
    </message>
    <message>
        <source>files.undo</source>
        <comment>a verb: take changes back</comment>
        <translation>Änderungen zurücknehmen</translation>
    </message>
    <message>
        <source>files.versions</source>
        <comment>a verb: list the versions of a file</comment>
        <translation>Versionen auflisten</translation>
    </message>
    <message>
        <source>results.read</source>
        <comment>a verb: go on reading a result</comment>
        <translation>Ergebnis weiterlesen</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>Every change is kept as a version · {where} · {private}</source>
        <translation>Jede Änderung bleibt als Version · {where} · {private}</translation>
    </message>
    <message>
        <source>Google Drive</source>
        <translation>Google Drive</translation>
    </message>
    <message>
        <source>Google Drive cannot be reached</source>
        <translation>Google Drive ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Google Drive cannot be reached; a change waits for it</source>
        <translation>Google Drive ist nicht erreichbar; eine Änderung wartet darauf</translation>
    </message>
    <message>
        <source>Google Drive: sign in again</source>
        <translation>Google Drive: neu anmelden</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>No folder yet: add one under Files to let Steward work with it</source>
        <translation>Noch kein Ordner: unter Dateien einen hinzufügen, damit Steward damit arbeiten kann</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Paused: what you send waits in line. Resume, or the next start, ends this.</source>
        <translation>Pause: Was gesendet wird, wartet. Fortsetzen oder der nächste Start beendet das.</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>Waiting for your approval</source>
        <translation>Wartet auf Erlaubnis</translation>
    </message>
    <message>
        <source>Working …</source>
        <translation>Arbeitet …</translation>
    </message>
    <message>
        <source>answers come from {label}</source>
        <translation>Antworten kommen von {label}</translation>
    </message>
    <message>
        <source>nothing leaves this computer</source>
        <translation>nichts verlässt diesen Computer</translation>
    </message>
    <message>
        <source>nothing leaves this computer but files of Google Drive</source>
        <translation>nichts verlässt diesen Computer außer Dateien von Google Drive</translation>
    </message>
    <message>
        <source>nothing leaves this computer but files of Google Drive and what is said over {service}</source>
        <translation>nichts verlässt diesen Computer außer Dateien von Google Drive und dem, was über {service} gesagt wird</translation>
    </message>
    <message>
        <source>nothing leaves this computer but what is said over {service}</source>
        <translation>nichts verlässt diesen Computer außer dem, was über {service} gesagt wird</translation>
    </message>
</context>
<context>
    <name>Top bar</name>
    <message>
        <source>Connect a model (Ctrl+M)</source>
        <translation>Modell verbinden (Strg+M)</translation>
    </message>
    <message>
        <source>Folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>Folders: {text}</source>
        <translation>Ordner: {text}</translation>
    </message>
    <message>
        <source>Model: starting</source>
        <translation>Modell: startet</translation>
    </message>
    <message>
        <source>Model: {text}</source>
        <translation>Modell: {text}</translation>
    </message>
    <message>
        <source>No folder yet</source>
        <translation>Noch kein Ordner</translation>
    </message>
    <message>
        <source>S&amp;ettings</source>
        <translation>&amp;Einstellungen</translation>
    </message>
    <message>
        <source>Show or hide the conversations</source>
        <translation>Unterhaltungen zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Show or hide the details</source>
        <translation>Details zeigen oder verbergen</translation>
    </message>
    <message>
        <source>Starting …</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>What this conversation has used. All of today: {today}.</source>
        <translation>Was diese Unterhaltung verbraucht hat. Heute insgesamt: {today}.</translation>
    </message>
    <message>
        <source>chosen for this conversation</source>
        <translation>für diese Unterhaltung gewählt</translation>
    </message>
    <message>
        <source>the default model</source>
        <translation>das voreingestellte Modell</translation>
    </message>
    <message>
        <source>{shown}
Add or remove folders (Ctrl+Shift+F)</source>
        <translation>{shown}
Ordner hinzufügen oder entfernen (Strg+Umschalt+F)</translation>
    </message>
    <message>
        <source>{text}, {whose}
Choose another (Ctrl+M)</source>
        <translation>{text}, {whose}
Anderes wählen (Strg+M)</translation>
    </message>
</context>
<context>
    <name>Trace</name>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>&amp;Replay</source>
        <translation>&amp;Nachspielen</translation>
    </message>
    <message>
        <source>&amp;Replay the turn</source>
        <translation>Runde &amp;nachspielen</translation>
    </message>
    <message>
        <source>A file that replays this turn elsewhere; what was said is in it</source>
        <translation>Eine Datei, mit der sich diese Runde anderswo nachspielen lässt; das Gesagte ist darin</translation>
    </message>
    <message>
        <source>All steps, as text</source>
        <translation>Alle Schritte, als Text</translation>
    </message>
    <message>
        <source>Approval of {skill}: {summary}</source>
        <translation>Erlaubnis für {skill}: {summary}</translation>
    </message>
    <message>
        <source>Arguments</source>
        <translation>Argumente</translation>
    </message>
    <message>
        <source>As&amp;k something</source>
        <translation>Etwas &amp;fragen</translation>
    </message>
    <message>
        <source>Bug report …</source>
        <translation>Fehlerbericht …</translation>
    </message>
    <message>
        <source>Choose a step to see its arguments and its result.</source>
        <translation>Ein Schritt zeigt, wenn er gewählt ist, seine Argumente und sein Ergebnis.</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>Kopie&amp;ren</translation>
    </message>
    <message>
        <source>Copy the whole &amp;turn</source>
        <translation>Ganze &amp;Runde kopieren</translation>
    </message>
    <message>
        <source>Copy this &amp;step</source>
        <translation>Diesen &amp;Schritt kopieren</translation>
    </message>
    <message>
        <source>Copy this turn</source>
        <translation>Diese Runde kopieren</translation>
    </message>
    <message>
        <source>Details of the chosen step</source>
        <translation>Einzelheiten des gewählten Schritts</translation>
    </message>
    <message>
        <source>Every step of every turn will stand here: which skill was called, with what, for how long, and what came of it.</source>
        <translation>Hier steht jeder Schritt jeder Runde: welche Fähigkeit aufgerufen wurde, womit, wie lange, und was daraus wurde.</translation>
    </message>
    <message>
        <source>Export this turn</source>
        <translation>Diese Runde exportieren</translation>
    </message>
    <message>
        <source>Filter steps</source>
        <translation>Schritte filtern</translation>
    </message>
    <message>
        <source>Filter: a skill, a file, failed, model</source>
        <translation>Filter: Fähigkeit, Datei, failed, model</translation>
    </message>
    <message>
        <source>First word after {duration}</source>
        <translation>Erstes Wort nach {duration}</translation>
    </message>
    <message>
        <source>JSON (*.json)</source>
        <translation>JSON (*.json)</translation>
    </message>
    <message>
        <source>No step is like that.</source>
        <translation>So ist kein Schritt.</translation>
    </message>
    <message>
        <source>OTLP/JSON without what was said</source>
        <translation>OTLP/JSON ohne das Gesagte</translation>
    </message>
    <message>
        <source>OpenTelemetry spans …</source>
        <translation>OpenTelemetry-Spans …</translation>
    </message>
    <message>
        <source>Reason: {reason}</source>
        <translation>Grund: {reason}</translation>
    </message>
    <message>
        <source>Replay this turn</source>
        <translation>Diese Runde nachspielen</translation>
    </message>
    <message>
        <source>Replayed. The first difference: {where}

{diff}</source>
        <translation>Nachgespielt. Der erste Unterschied: {where}

{diff}</translation>
    </message>
    <message>
        <source>Replayed: no difference.
{count} to the model compared; the turn ended as it did ({state}).</source>
        <translation>Nachgespielt: kein Unterschied.
{count} an das Modell verglichen; die Runde endete wie damals ({state}).</translation>
    </message>
    <message>
        <source>Replaying …</source>
        <translation>Wird nachgespielt …</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Run the turn again with what was recorded, and show the first difference.
Nothing is asked of a server and no file is touched.</source>
        <translation>Die Runde mit dem Aufgezeichneten noch einmal laufen lassen und den ersten Unterschied zeigen.
Kein Server wird gefragt und keine Datei berührt.</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>Step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>Steps of each turn</source>
        <translation>Schritte jeder Runde</translation>
    </message>
    <message>
        <source>The step was copied.</source>
        <translation>Der Schritt ist kopiert.</translation>
    </message>
    <message>
        <source>The turn was copied.</source>
        <translation>Die Runde ist kopiert.</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Tried again after {seconds} s: {reason}</source>
        <translation>Neuer Versuch nach {seconds} s: {reason}</translation>
    </message>
    <message>
        <source>Waited {seconds} s, then asked again.</source>
        <translation>{seconds} s gewartet, dann erneut gefragt.</translation>
    </message>
    <message>
        <source>Written to {path}.</source>
        <translation>Geschrieben nach {path}.</translation>
    </message>
    <message>
        <source>allowed</source>
        <translation>erlaubt</translation>
    </message>
    <message>
        <source>approval: {summary}</source>
        <translation>Erlaubnis: {summary}</translation>
    </message>
    <message>
        <source>at its limit</source>
        <translation>an der Grenze</translation>
    </message>
    <message>
        <source>denied</source>
        <translation>abgelehnt</translation>
    </message>
    <message>
        <source>done</source>
        <translation>fertig</translation>
    </message>
    <message>
        <source>edited</source>
        <translation>bearbeitet</translation>
    </message>
    <message>
        <source>expired</source>
        <translation>abgelaufen</translation>
    </message>
    <message>
        <source>external</source>
        <translation>von außen</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>fehlgeschlagen</translation>
    </message>
    <message>
        <source>interrupted</source>
        <translation>unterbrochen</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>model: {count}{cost}</source>
        <translation>Modell: {count}{cost}</translation>
    </message>
    <message>
        <source>model: {told}{cost}{again}</source>
        <translation>Modell: {told}{cost}{again}</translation>
    </message>
    <message>
        <source>not decided</source>
        <translation>nicht entschieden</translation>
    </message>
    <message>
        <source>restore</source>
        <translation>zurückgeholt</translation>
    </message>
    <message>
        <source>retry: {reason}</source>
        <translation>neuer Versuch: {reason}</translation>
    </message>
    <message>
        <source>skill edit</source>
        <translation>Änderung durch Fähigkeit</translation>
    </message>
    <message>
        <source>stopped</source>
        <translation>angehalten</translation>
    </message>
    <message>
        <source>tried again</source>
        <translation>erneut versucht</translation>
    </message>
    <message>
        <source>waits for you</source>
        <translation>wartet auf eine Entscheidung</translation>
    </message>
    <message>
        <source>working</source>
        <translation>arbeitet</translation>
    </message>
    <message>
        <source>you</source>
        <translation>der Person am Fenster</translation>
    </message>
    <message>
        <source>{count} of them cached</source>
        <translation>{count} davon aus dem Zwischenspeicher</translation>
    </message>
    <message>
        <source>{count} of them reasoning</source>
        <translation>{count} davon zum Nachdenken</translation>
    </message>
    <message>
        <source>{count} received</source>
        <translation>{count} empfangen</translation>
    </message>
    <message>
        <source>{decision} by {who}</source>
        <translation>{decision} von {who}</translation>
    </message>
    <message>
        <source>{model}, request {number}</source>
        <translation>{model}, Anfrage {number}</translation>
    </message>
    <message>
        <source>{name}: version {version}</source>
        <translation>{name}: Version {version}</translation>
    </message>
    <message>
        <source>{path} cannot be written: {reason}.</source>
        <translation>{path} lässt sich nicht schreiben: {reason}.</translation>
    </message>
    <message>
        <source>{tokens} sent</source>
        <translation>{tokens} gesendet</translation>
    </message>
</context>
<context>
    <name>Transcript</name>
    <message>
        <source> (waits its turn)</source>
        <translation> (wartet, bis sie an der Reihe ist)</translation>
    </message>
    <message>
        <source> Attached: {names}.</source>
        <translation> Angehängt: {names}.</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy as &amp;Markdown</source>
        <translation>Als &amp;Markdown kopieren</translation>
    </message>
    <message>
        <source>Copy this c&amp;ode</source>
        <translation>Diesen &amp;Code kopieren</translation>
    </message>
    <message>
        <source>Copy this code</source>
        <translation>Diesen Code kopieren</translation>
    </message>
    <message>
        <source>Copy this m&amp;essage as Markdown</source>
        <translation>Diese &amp;Nachricht als Markdown kopieren</translation>
    </message>
    <message>
        <source>Earlier messages were summarised for the model</source>
        <translation>Frühere Nachrichten wurden für das Modell zusammengefasst</translation>
    </message>
    <message>
        <source>It works in the folders you gave it. Before it changes a file it shows you the difference and asks; every earlier version stays, and one click brings it back.</source>
        <translation>Es arbeitet in den freigegebenen Ordnern. Bevor es eine Datei ändert, zeigt es den Unterschied und fragt; jede frühere Version bleibt, und ein Klick holt sie zurück.</translation>
    </message>
    <message>
        <source>Jump to the latest</source>
        <translation>Zum Neuesten springen</translation>
    </message>
    <message>
        <source>Jump to the latest message</source>
        <translation>Zur neuesten Nachricht springen</translation>
    </message>
    <message>
        <source>Open a link?</source>
        <translation>Einen Link öffnen?</translation>
    </message>
    <message>
        <source>Open this address in your browser?</source>
        <translation>Diese Adresse im Browser öffnen?</translation>
    </message>
    <message>
        <source>Open {name}</source>
        <translation>{name} öffnen</translation>
    </message>
    <message>
        <source>Reading earlier messages …</source>
        <translation>Frühere Nachrichten werden gelesen …</translation>
    </message>
    <message>
        <source>Select &amp;all</source>
        <translation>&amp;Alles auswählen</translation>
    </message>
    <message>
        <source>Send: {text}</source>
        <translation>Senden: {text}</translation>
    </message>
    <message>
        <source>Show a copy of {name} in its folder</source>
        <translation>Eine Kopie von {name} im Ordner zeigen</translation>
    </message>
    <message>
        <source>Skill {words}</source>
        <translation>Fähigkeit {words}</translation>
    </message>
    <message>
        <source>Steward asks: {summary}</source>
        <translation>Steward fragt: {summary}</translation>
    </message>
    <message>
        <source>Steward is still starting; your message goes out in a moment.</source>
        <translation>Steward startet noch; die Nachricht geht gleich hinaus.</translation>
    </message>
    <message>
        <source>Steward: {text}</source>
        <translation>Steward: {text}</translation>
    </message>
    <message>
        <source>Suggestions</source>
        <translation>Vorschläge</translation>
    </message>
    <message>
        <source>Suggestions: {messages}</source>
        <translation>Vorschläge: {messages}</translation>
    </message>
    <message>
        <source>Thinking …</source>
        <translation>Denkt nach …</translation>
    </message>
    <message>
        <source>This is no web address.</source>
        <translation>Das ist keine Webadresse.</translation>
    </message>
    <message>
        <source>Thought for a moment</source>
        <translation>Hat kurz nachgedacht</translation>
    </message>
    <message>
        <source>Thought for {time}</source>
        <translation>Hat {time} nachgedacht</translation>
    </message>
    <message>
        <source>Transcript</source>
        <translation>Verlauf</translation>
    </message>
    <message>
        <source>Version {number} of {count} of this message</source>
        <translation>Fassung {number} von {count} dieser Nachricht</translation>
    </message>
    <message>
        <source>Waits for your decision: {summary}</source>
        <translation>Wartet auf eine Entscheidung: {summary}</translation>
    </message>
    <message>
        <source>What can be done with this answer</source>
        <translation>Was mit dieser Antwort möglich ist</translation>
    </message>
    <message>
        <source>What should Steward do?</source>
        <translation>Was soll Steward tun?</translation>
    </message>
    <message>
        <source>You: {text}{attached}</source>
        <translation>Ich: {text}{attached}</translation>
    </message>
    <message>
        <source>[picture: {what}]</source>
        <translation>[Bild: {what}]</translation>
    </message>
    <message>
        <source>allowed by {by}</source>
        <translation>erlaubt von {by}</translation>
    </message>
    <message>
        <source>asks you first</source>
        <translation>fragt erst</translation>
    </message>
    <message>
        <source>no description</source>
        <translation>keine Beschreibung</translation>
    </message>
    <message>
        <source>you allowed it</source>
        <translation>erlaubt</translation>
    </message>
    <message>
        <source>{title}. Enter opens it.</source>
        <translation>{title}. Eingabetaste öffnet.</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>&amp;Open Steward</source>
        <translation>Steward &amp;öffnen</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>&amp;Fortsetzen</translation>
    </message>
    <message>
        <source>Idle</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Paused: new messages wait</source>
        <translation>Pause: Neue Nachrichten warten</translation>
    </message>
    <message>
        <source>Quick &amp;question …</source>
        <translation>Schnelle &amp;Frage …</translation>
    </message>
    <message>
        <source>The answer in “{title}” failed</source>
        <translation>Die Antwort in „{title}“ ist fehlgeschlagen</translation>
    </message>
    <message>
        <source>Waiting for your approval</source>
        <translation>Wartet auf Erlaubnis</translation>
    </message>
    <message>
        <source>Working on {number} conversations</source>
        <translation>Arbeitet an {number} Unterhaltungen</translation>
    </message>
    <message>
        <source>Working on “{title}”</source>
        <translation>Arbeitet an „{title}“</translation>
    </message>
    <message>
        <source>{name} keeps failing and is paused</source>
        <translation>{name} schlägt immer wieder fehl und ist angehalten</translation>
    </message>
</context>
<context>
    <name>Trouble</name>
    <message>
        <source> The newest backup of the database is {backup}.</source>
        <translation> Die neueste Sicherung der Datenbank ist {backup}.</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>&amp;Erneut versuchen</translation>
    </message>
    <message>
        <source>A setting has to be mended first</source>
        <translation>Erst muss eine Einstellung berichtigt werden</translation>
    </message>
    <message>
        <source>For this time only; the settings can connect a model</source>
        <translation>Nur für dieses Mal; die Einstellungen können ein Modell verbinden</translation>
    </message>
    <message>
        <source>Nothing was touched: your files, your conversations and every version.</source>
        <translation>Nichts wurde berührt: weder Dateien noch Unterhaltungen noch Versionen.</translation>
    </message>
    <message>
        <source>Open the data &amp;folder</source>
        <translation>Daten&amp;ordner öffnen</translation>
    </message>
    <message>
        <source>Something in Steward went wrong.</source>
        <translation>In Steward ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Start with &amp;offline commands</source>
        <translation>Mit &amp;Befehlen ohne Netz starten</translation>
    </message>
    <message>
        <source>Steward cannot use its data folder</source>
        <translation>Steward kann seinen Datenordner nicht benutzen</translation>
    </message>
    <message>
        <source>Steward could not start</source>
        <translation>Steward konnte nicht starten</translation>
    </message>
    <message>
        <source>Steward&apos;s database is damaged</source>
        <translation>Die Datenbank von Steward ist beschädigt</translation>
    </message>
    <message>
        <source>This data belongs to a newer Steward</source>
        <translation>Diese Daten gehören zu einem neueren Steward</translation>
    </message>
    <message>
        <source>Try again; the log in the data folder says more.</source>
        <translation>Erneut versuchen; das Protokoll im Datenordner sagt mehr.</translation>
    </message>
    <message>
        <source>What happened</source>
        <translation>Was geschah</translation>
    </message>
    <message>
        <source>What is safe</source>
        <translation>Was sicher ist</translation>
    </message>
    <message>
        <source>What to do</source>
        <translation>Was zu tun ist</translation>
    </message>
    <message>
        <source>Your files are as they were; the log says more.</source>
        <translation>Die Dateien sind, wie sie waren; das Protokoll sagt mehr.</translation>
    </message>
    <message>
        <source>Your own files, and the content of every version in the vault.{kept}</source>
        <translation>Die eigenen Dateien und der Inhalt jeder Version im Tresor.{kept}</translation>
    </message>
    <message>
        <source>Your own files; nothing was changed.</source>
        <translation>Die eigenen Dateien; nichts wurde geändert.</translation>
    </message>
</context>
<context>
    <name>Undo</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
</context>
<context>
    <name>Units</name>
    <message>
        <source>byte</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>call</source>
        <translation>Aufruf</translation>
    </message>
    <message>
        <source>calls</source>
        <translation>Aufrufe</translation>
    </message>
    <message>
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>changes</source>
        <translation>Änderungen</translation>
    </message>
    <message>
        <source>circuit</source>
        <translation>Sicherung</translation>
    </message>
    <message>
        <source>circuits</source>
        <translation>Sicherungen</translation>
    </message>
    <message>
        <source>content</source>
        <translation>Inhalt</translation>
    </message>
    <message>
        <source>contents</source>
        <translation>Inhalte</translation>
    </message>
    <message>
        <source>failure</source>
        <translation>Fehlschlag</translation>
    </message>
    <message>
        <source>failures</source>
        <translation>Fehlschläge</translation>
    </message>
    <message>
        <source>file</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>folders</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>line</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>lines</source>
        <translation>Zeilen</translation>
    </message>
    <message>
        <source>message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>notification</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>notifications</source>
        <translation>Meldungen</translation>
    </message>
    <message>
        <source>problem</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>request</source>
        <translation>Anfrage</translation>
    </message>
    <message>
        <source>requests</source>
        <translation>Anfragen</translation>
    </message>
    <message>
        <source>retries</source>
        <translation>neue Versuche</translation>
    </message>
    <message>
        <source>retry</source>
        <translation>neuer Versuch</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>time</source>
        <translation>Mal</translation>
    </message>
    <message>
        <source>times</source>
        <translation>Mal</translation>
    </message>
    <message>
        <source>token</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>tokens</source>
        <translation>Token</translation>
    </message>
    <message>
        <source>version</source>
        <translation>Version</translation>
    </message>
    <message>
        <source>versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>{number} h ago</source>
        <translation>vor {number} h</translation>
    </message>
    <message>
        <source>{number} min</source>
        <translation>{number} Min.</translation>
    </message>
    <message>
        <source>{number} min ago</source>
        <translation>vor {number} min</translation>
    </message>
    <message>
        <source>{number} ms</source>
        <translation>{number} ms</translation>
    </message>
    <message>
        <source>{number} s</source>
        <translation>{number} s</translation>
    </message>
    <message>
        <source>{number} s ago</source>
        <translation>vor {number} s</translation>
    </message>
</context>
<context>
    <name>Vault</name>
    <message>
        <source> {count} had been pruned into archives.</source>
        <translation> {count} liegen in Archiven.</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Check the vault …</source>
        <translation>Tresor &amp;prüfen …</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Recover …</source>
        <translation>&amp;Wiederherstellen …</translation>
    </message>
    <message>
        <source>A change that was cut off is completed, or taken back whole.</source>
        <translation>Eine abgebrochene Änderung wird vollendet oder ganz zurückgenommen.</translation>
    </message>
    <message>
        <source>Care of the vault</source>
        <translation>Pflege des Tresors</translation>
    </message>
    <message>
        <source>Check the vault</source>
        <translation>Tresor prüfen</translation>
    </message>
    <message>
        <source>Checking the vault …</source>
        <translation>Der Tresor wird geprüft …</translation>
    </message>
    <message>
        <source>Checking {part} … {done} of {total}</source>
        <translation>Geprüft wird: {part} … {done} von {total}</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>End changes that a crash has left unfinished</source>
        <translation>Änderungen beenden, die ein Absturz unfertig ließ</translation>
    </message>
    <message>
        <source>Every change is whole.</source>
        <translation>Jede Änderung ist vollständig.</translation>
    </message>
    <message>
        <source>Every kept version is read and compared with its fingerprint. You can go on working meanwhile; nothing is changed by it.</source>
        <translation>Jede gesicherte Version wird gelesen und mit ihrem Fingerabdruck verglichen. Die Arbeit kann weitergehen; nichts wird dabei geändert.</translation>
    </message>
    <message>
        <source>Everything is as it should be.</source>
        <translation>Alles ist, wie es sein soll.</translation>
    </message>
    <message>
        <source>Looking for unfinished changes …</source>
        <translation>Sucht nach unfertigen Änderungen …</translation>
    </message>
    <message>
        <source>Nothing was left unfinished.</source>
        <translation>Nichts blieb unfertig.</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Read every kept version and compare it with its fingerprint</source>
        <translation>Jede gesicherte Version lesen und mit ihrem Fingerabdruck vergleichen</translation>
    </message>
    <message>
        <source>Recover</source>
        <translation>Wiederherstellen</translation>
    </message>
    <message>
        <source>Vault</source>
        <translation>Tresor</translation>
    </message>
    <message>
        <source>Vault: empty</source>
        <translation>Tresor: leer</translation>
    </message>
    <message>
        <source>Vault: {size} in {contents}</source>
        <translation>Tresor: {size}, {contents}</translation>
    </message>
    <message>
        <source>What became of each:</source>
        <translation>Was aus jeder wurde:</translation>
    </message>
    <message>
        <source>What was found</source>
        <translation>Was gefunden wurde</translation>
    </message>
    <message>
        <source>Worth knowing</source>
        <translation>Wissenswertes</translation>
    </message>
    <message>
        <source>the history of files</source>
        <translation>der Verlauf der Dateien</translation>
    </message>
    <message>
        <source>the kept contents</source>
        <translation>die gesicherten Inhalte</translation>
    </message>
    <message>
        <source>{ended} had been cut off.</source>
        <translation>{ended} war abgebrochen worden.</translation>
    </message>
    <message>
        <source>{found} found.</source>
        <translation>{found} gefunden.</translation>
    </message>
    <message>
        <source>{kept}, {size} on disk</source>
        <translation>{kept}, {size} auf der Platte</translation>
    </message>
    <message>
        <source>{versions} of {files}, {contents} of {size} were read.</source>
        <translation>{versions} von {files}, {contents} mit {size} wurden gelesen.</translation>
    </message>
    <message>
        <source>… and {number} more lines; `steward files verify` prints all.</source>
        <translation>… und {number} weitere Zeilen; `steward files verify` zeigt alle.</translation>
    </message>
</context>
<context>
    <name>Versions</name>
    <message>
        <source> Later changes stay.</source>
        <translation> Spätere Änderungen bleiben.</translation>
    </message>
    <message>
        <source>&amp;Close</source>
        <translation>&amp;Schließen</translation>
    </message>
    <message>
        <source>&amp;Newest first</source>
        <translation>&amp;Neueste zuerst</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Restore</source>
        <translation>&amp;Zurückholen</translation>
    </message>
    <message>
        <source>&amp;Restore version {version}</source>
        <translation>Version {version} &amp;zurückholen</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;What changed</source>
        <translation>&amp;Was sich änderte</translation>
    </message>
    <message>
        <source>&amp;Who wrote it?</source>
        <translation>&amp;Wer schrieb das?</translation>
    </message>
    <message>
        <source>; later changes kept</source>
        <translation>; spätere Änderungen bleiben</translation>
    </message>
    <message>
        <source>Allowed by {face}.</source>
        <translation>Erlaubt von {face}.</translation>
    </message>
    <message>
        <source>Any kind</source>
        <translation>Jede Art</translation>
    </message>
    <message>
        <source>Anyone</source>
        <translation>Von allen</translation>
    </message>
    <message>
        <source>As&amp;k for a change</source>
        <translation>Um eine Änderung &amp;bitten</translation>
    </message>
    <message>
        <source>Asked for: “{asked}”</source>
        <translation>Verlangt: „{asked}“</translation>
    </message>
    <message>
        <source>Asked for: “{words}”</source>
        <translation>Gewünscht: „{words}“</translation>
    </message>
    <message>
        <source>By &amp;folder</source>
        <translation>Nach &amp;Ordner</translation>
    </message>
    <message>
        <source>By con&amp;versation</source>
        <translation>Nach &amp;Unterhaltung</translation>
    </message>
    <message>
        <source>Choose one in your desktop&apos;s settings, or copy the path and open it yourself.</source>
        <translation>Eines in den Einstellungen des Desktops wählen oder den Pfad kopieren und selbst öffnen.</translation>
    </message>
    <message>
        <source>Clear all filters</source>
        <translation>Alle Filter aufheben</translation>
    </message>
    <message>
        <source>Conversation without a title</source>
        <translation>Unterhaltung ohne Titel</translation>
    </message>
    <message>
        <source>Documents</source>
        <translation>Dokumente</translation>
    </message>
    <message>
        <source>Escape</source>
        <translation>Esc</translation>
    </message>
    <message>
        <source>Every version of every file Steward changes will stand here, with the difference and a button that brings it back. Nothing has been changed yet.</source>
        <translation>Hier steht jede Version jeder Datei, die Steward ändert, mit dem Unterschied und einem Knopf, der sie zurückholt. Noch wurde nichts geändert.</translation>
    </message>
    <message>
        <source>Fi&amp;lter</source>
        <translation>Fi&amp;lter</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Files with versions</source>
        <translation>Dateien mit Versionen</translation>
    </message>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter, {count} set</source>
        <translation>Filter, {count} gesetzt</translation>
    </message>
    <message>
        <source>Find a file by words of its path</source>
        <translation>Datei an Wörtern ihres Pfads finden</translation>
    </message>
    <message>
        <source>For example: yesterday, last 7 days, November, 28 Nov, 2026-11, 1 March to 5 March, since last week</source>
        <translation>Zum Beispiel: gestern, letzte 7 Tage, November, 28. Nov, 2026-11, 1. März bis 5. März, seit letzte Woche</translation>
    </message>
    <message>
        <source>In&amp;line</source>
        <translation>&amp;Untereinander</translation>
    </message>
    <message>
        <source>It is no text: open it, or a copy of a version, to see it.</source>
        <translation>Das ist kein Text: Zum Ansehen die Datei oder die Kopie einer Version öffnen.</translation>
    </message>
    <message>
        <source>Line {number}, version {version}, {who}: {text}</source>
        <translation>Zeile {number}, Version {version}, {who}: {text}</translation>
    </message>
    <message>
        <source>Line {number}: version {version}</source>
        <translation>Zeile {number}: Version {version}</translation>
    </message>
    <message>
        <source>Lines and the versions that brought them in</source>
        <translation>Zeilen und die Versionen, aus denen sie stammen</translation>
    </message>
    <message>
        <source>Looking through the history …</source>
        <translation>Der Verlauf wird durchgesehen …</translation>
    </message>
    <message>
        <source>Made our change</source>
        <translation>Unsere Änderung gemacht</translation>
    </message>
    <message>
        <source>Merged both changes</source>
        <translation>Beide Änderungen zusammengeführt</translation>
    </message>
    <message>
        <source>Moved to another folder.</source>
        <translation>In einen anderen Ordner verschoben.</translation>
    </message>
    <message>
        <source>No copy of version {version} could be made to open: {reason}.</source>
        <translation>Von Version {version} ließ sich keine Kopie zum Öffnen machen: {reason}.</translation>
    </message>
    <message>
        <source>No file with versions is like that.</source>
        <translation>So ist keine Datei mit Versionen.</translation>
    </message>
    <message>
        <source>No program was found here that opens {name}.</source>
        <translation>Hier fand sich kein Programm, das {name} öffnet.</translation>
    </message>
    <message>
        <source>No such time. Try today, last week, 28 Nov or 2026-11.</source>
        <translation>Keine Zeit, die bekannt ist. Möglich sind heute, letzte Woche, 28. Nov oder 2026-11.</translation>
    </message>
    <message>
        <source>No version yet</source>
        <translation>Noch keine Version</translation>
    </message>
    <message>
        <source>Not changed by Steward yet</source>
        <translation>Von Steward noch nicht geändert</translation>
    </message>
    <message>
        <source>Other files</source>
        <translation>Andere Dateien</translation>
    </message>
    <message>
        <source>Outside Steward</source>
        <translation>Außerhalb von Steward</translation>
    </message>
    <message>
        <source>Pictures</source>
        <translation>Bilder</translation>
    </message>
    <message>
        <source>Reading …</source>
        <translation>Wird gelesen …</translation>
    </message>
    <message>
        <source>Removed</source>
        <translation>Entfernt</translation>
    </message>
    <message>
        <source>Removed. Its {count} are kept here: restoring one puts the file back.</source>
        <translation>Entfernt. {count} bleiben hier: Eine zurückzuholen legt die Datei wieder hin.</translation>
    </message>
    <message>
        <source>Renamed from {old} to {new}.</source>
        <translation>Umbenannt von {old} in {new}.</translation>
    </message>
    <message>
        <source>Restore one of its versions, or open a copy of one.</source>
        <translation>Eine der Versionen zurückholen oder eine Kopie davon öffnen.</translation>
    </message>
    <message>
        <source>Restored version {version} of {filename} as version {version2}.</source>
        <translation>Version {version} von {filename} als Version {version2} zurückgeholt.</translation>
    </message>
    <message>
        <source>Show both texts beside each other</source>
        <translation>Beide Texte nebeneinander zeigen</translation>
    </message>
    <message>
        <source>Show for each line which version brought it in</source>
        <translation>Für jede Zeile zeigen, aus welcher Version sie stammt</translation>
    </message>
    <message>
        <source>Show the change large</source>
        <translation>Änderung groß zeigen</translation>
    </message>
    <message>
        <source>Side &amp;by side</source>
        <translation>&amp;Nebeneinander</translation>
    </message>
    <message>
        <source>Steward</source>
        <translation>Steward</translation>
    </message>
    <message>
        <source>Take back every change of the answer that made this version</source>
        <translation>Jede Änderung der Antwort zurücknehmen, aus der diese Version stammt</translation>
    </message>
    <message>
        <source>Take back what this version did; later changes stay</source>
        <translation>Zurücknehmen, was diese Version tat; spätere Änderungen bleiben</translation>
    </message>
    <message>
        <source>Texts</source>
        <translation>Texte</translation>
    </message>
    <message>
        <source>The file as Steward first saw it{size}.</source>
        <translation>Die Datei, wie Steward sie zuerst sah{size}.</translation>
    </message>
    <message>
        <source>The file is empty in this version.</source>
        <translation>In dieser Version ist die Datei leer.</translation>
    </message>
    <message>
        <source>The {count} changed last; type to find the others.</source>
        <translation>Die {count} zuletzt geänderten; Wörter finden die anderen.</translation>
    </message>
    <message>
        <source>There is nothing to undo.</source>
        <translation>Es gibt nichts rückgängig zu machen.</translation>
    </message>
    <message>
        <source>There now</source>
        <translation>Jetzt da</translation>
    </message>
    <message>
        <source>There or removed</source>
        <translation>Da oder entfernt</translation>
    </message>
    <message>
        <source>Too large to compare here ({told}). Every version can be restored.</source>
        <translation>Zu groß, um es hier zu vergleichen ({told}). Jede Version lässt sich zurückholen.</translation>
    </message>
    <message>
        <source>Took back {count}: {names}.</source>
        <translation>{count} zurückgenommen: {names}.</translation>
    </message>
    <message>
        <source>Took back {which}: it is version {version} now.{kept}</source>
        <translation>{which} zurückgenommen: Es ist jetzt Version {version}.{kept}</translation>
    </message>
    <message>
        <source>Top of a folder</source>
        <translation>Oben in einem Ordner</translation>
    </message>
    <message>
        <source>Undo the whole &amp;answer</source>
        <translation>Die ganze &amp;Antwort zurücknehmen</translation>
    </message>
    <message>
        <source>Undo this &amp;change</source>
        <translation>Diese Ä&amp;nderung zurücknehmen</translation>
    </message>
    <message>
        <source>Version {number}</source>
        <translation>Version {number}</translation>
    </message>
    <message>
        <source>Version {version} · {who} · {exact_time}</source>
        <translation>Version {version} · {who} · {exact_time}</translation>
    </message>
    <message>
        <source>Version {version}, {describe}, {when}</source>
        <translation>Version {version}, {describe}, {when}</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>What each conversation has changed</source>
        <translation>Was jede Unterhaltung geändert hat</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>Was es ist</translation>
    </message>
    <message>
        <source>What this version changed</source>
        <translation>Was diese Version änderte</translation>
    </message>
    <message>
        <source>When it was changed</source>
        <translation>Wann geändert wurde</translation>
    </message>
    <message>
        <source>When: last week, 2026-11</source>
        <translation>Wann: letzte Woche, 2026-11</translation>
    </message>
    <message>
        <source>Where it stands</source>
        <translation>Ob es da ist</translation>
    </message>
    <message>
        <source>Who changed it</source>
        <translation>Wer geändert hat</translation>
    </message>
    <message>
        <source>You approved it.</source>
        <translation>Hier am Fenster erlaubt.</translation>
    </message>
    <message>
        <source>You, here</source>
        <translation>Hier im Fenster</translation>
    </message>
    <message>
        <source>allowed by {who}</source>
        <translation>erlaubt von {who}</translation>
    </message>
    <message>
        <source>as it was first seen</source>
        <translation>wie zuerst gesehen</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>changed outside Steward</source>
        <translation>außerhalb von Steward geändert</translation>
    </message>
    <message>
        <source>created</source>
        <translation>angelegt</translation>
    </message>
    <message>
        <source>damaged, or too large to be shown</source>
        <translation>beschädigt oder zu groß zum Zeigen</translation>
    </message>
    <message>
        <source>moved from another folder</source>
        <translation>aus einem anderen Ordner verschoben</translation>
    </message>
    <message>
        <source>no picture that can be shown</source>
        <translation>kein Bild, das sich zeigen lässt</translation>
    </message>
    <message>
        <source>pruned; its content is in {name}</source>
        <translation>ausgelagert; der Inhalt liegt in {name}</translation>
    </message>
    <message>
        <source>put there outside Steward</source>
        <translation>außerhalb von Steward hingelegt</translation>
    </message>
    <message>
        <source>removed outside Steward; its content is kept here</source>
        <translation>außerhalb von Steward entfernt; der Inhalt bleibt hier</translation>
    </message>
    <message>
        <source>removed · {state}</source>
        <translation>entfernt · {state}</translation>
    </message>
    <message>
        <source>removed; its content is kept here</source>
        <translation>entfernt; der Inhalt bleibt hier</translation>
    </message>
    <message>
        <source>renamed</source>
        <translation>umbenannt</translation>
    </message>
    <message>
        <source>renamed from {name}</source>
        <translation>umbenannt von {name}</translation>
    </message>
    <message>
        <source>renamed outside Steward</source>
        <translation>außerhalb von Steward umbenannt</translation>
    </message>
    <message>
        <source>restored</source>
        <translation>zurückgeholt</translation>
    </message>
    <message>
        <source>restored from version {version}</source>
        <translation>aus Version {version} zurückgeholt</translation>
    </message>
    <message>
        <source>took back version {version}{kept}</source>
        <translation>nahm Version {version} zurück{kept}</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>version {number} of {all}</source>
        <translation>Version {number} von {all}</translation>
    </message>
    <message>
        <source>version {version} of {filename}</source>
        <translation>Version {version} von {filename}</translation>
    </message>
    <message>
        <source>you</source>
        <translation>am Fenster</translation>
    </message>
    <message>
        <source>you approved</source>
        <translation>erlaubt</translation>
    </message>
    <message>
        <source>{count}, every one restorable</source>
        <translation>{count}, jede lässt sich zurückholen</translation>
    </message>
    <message>
        <source>{count}; the content of old ones is in an archive</source>
        <translation>{count}; der Inhalt alter liegt in einem Archiv</translation>
    </message>
    <message>
        <source>{files} found</source>
        <translation>{files} gefunden</translation>
    </message>
    <message>
        <source>{files} with versions</source>
        <translation>{files} mit Versionen</translation>
    </message>
    <message>
        <source>{name} (removed)</source>
        <translation>{name} (entfernt)</translation>
    </message>
    <message>
        <source>{name} cannot be opened: {reason}.</source>
        <translation>{name} lässt sich nicht öffnen: {reason}.</translation>
    </message>
    <message>
        <source>{name} stays as it is. The other change was not made.</source>
        <translation>{name} bleibt, wie es ist. Die andere Änderung wurde nicht gemacht.</translation>
    </message>
    <message>
        <source>{what}: {filename} is version {version} now.</source>
        <translation>{what}: {filename} ist jetzt Version {version}.</translation>
    </message>
</context>
<context>
    <name>Waiting</name>
    <message>
        <source>Running {skill}</source>
        <translation>{skill} läuft</translation>
    </message>
    <message>
        <source>Summarising earlier messages</source>
        <translation>Fasst frühere Nachrichten zusammen</translation>
    </message>
    <message>
        <source>Trying again: {reason}</source>
        <translation>Neuer Versuch: {reason}</translation>
    </message>
    <message>
        <source>Waiting for the model</source>
        <translation>Wartet auf das Modell</translation>
    </message>
    <message>
        <source>Waiting for you</source>
        <translation>Wartet auf eine Entscheidung</translation>
    </message>
    <message>
        <source>Waiting for {service}</source>
        <translation>Wartet auf {service}</translation>
    </message>
    <message>
        <source>fetching {name} from Google Drive: {bytes}</source>
        <translation>holt {name} von Google Drive: {bytes}</translation>
    </message>
    <message>
        <source>gives up in {time}</source>
        <translation>gibt auf in {time}</translation>
    </message>
    <message>
        <source>last sign of life {time} ago</source>
        <translation>letztes Lebenszeichen vor {time}</translation>
    </message>
    <message>
        <source>last word {time} ago</source>
        <translation>letztes Wort vor {time}</translation>
    </message>
    <message>
        <source>next try in {time}</source>
        <translation>nächster Versuch in {time}</translation>
    </message>
    <message>
        <source>nothing has changed yet</source>
        <translation>noch nichts geändert</translation>
    </message>
    <message>
        <source>sending {name} to Google Drive: {bytes}</source>
        <translation>sendet {name} an Google Drive: {bytes}</translation>
    </message>
    <message>
        <source>the question expires in {time}</source>
        <translation>die Frage läuft ab in {time}</translation>
    </message>
    <message>
        <source>{changes} made so far</source>
        <translation>bisher {changes}</translation>
    </message>
    <message>
        <source>{done} of {total}</source>
        <translation>{done} von {total}</translation>
    </message>
</context>
<context>
    <name>Window</name>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>Could not start</source>
        <translation>Konnte nicht starten</translation>
    </message>
    <message>
        <source>Nothing is lost: what stands there now stays as a version.</source>
        <translation>Nichts geht verloren: Was jetzt dasteht, bleibt als Version.</translation>
    </message>
    <message>
        <source>Size of text: {percent} %</source>
        <translation>Schriftgröße: {percent} %</translation>
    </message>
    <message>
        <source>Take back what the last answer changed in your files?</source>
        <translation>Zurücknehmen, was die letzte Antwort an Dateien geändert hat?</translation>
    </message>
    <message>
        <source>The last run was cut off. {mended}</source>
        <translation>Der letzte Lauf wurde abgebrochen. {mended}</translation>
    </message>
    <message>
        <source>Undo?</source>
        <translation>Rückgängig?</translation>
    </message>
    <message>
        <source>the server&apos;s first model</source>
        <translation>das erste Modell des Servers</translation>
    </message>
    <message>
        <source>{title} — Steward</source>
        <translation>{title} — Steward</translation>
    </message>
</context>
</TS>
