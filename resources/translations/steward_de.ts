<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Attachments</name>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Picture</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
</context>
<context>
    <name>Branches</name>
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
    <name>Circuits</name>
    <message>
        <source>closed</source>
        <translation>geschlossen</translation>
    </message>
    <message>
        <source>open</source>
        <translation>offen</translation>
    </message>
    <message>
        <source>trying once</source>
        <translation>ein Versuch</translation>
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
        <source>{number} min</source>
        <translation>{number} Min.</translation>
    </message>
    <message>
        <source>{number} ms</source>
        <translation>{number} ms</translation>
    </message>
    <message>
        <source>{number} s</source>
        <translation>{number} s</translation>
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
        <source>change</source>
        <translation>Änderung</translation>
    </message>
    <message>
        <source>changes</source>
        <translation>Änderungen</translation>
    </message>
    <message>
        <source>nothing has changed yet</source>
        <translation>noch nichts geändert</translation>
    </message>
    <message>
        <source>{changes} made so far</source>
        <translation>bisher {changes}</translation>
    </message>
</context>
</TS>
