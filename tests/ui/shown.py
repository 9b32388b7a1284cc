"""Which scene shows which part of the window, so that none is left out of what scenes prove."""

from __future__ import annotations

from typing import Final

SHOWN: Final[dict[str, tuple[str, ...]]] = {
    "set_up": (
        "attempt.Attempt",
        "onboarding.folder_step.FolderStep",
        "onboarding.heading.StepHeading",
        "onboarding.model_step.ModelStep",
        "onboarding.model_step._Way",
        "onboarding.panel.SetUpPanel",
    ),
    "rules": (
        "chat.answer_acts.AnswerActs",
        "settings.dialog.SettingsDialog",
        "settings.dialog._Search",
        "settings.page.Page",
        "settings.rules_page.RulesPage",
        "settings.setting_controls.ChoiceControl",
        "settings.setting_row.SettingRow",
    ),
    "asked": (
        "chat.approval_card.ApprovalCard",
        "controls.MenuButton",
        "diff.view.DiffView",
        "dock.Dock",
        "panes.trace.TracePane",
        "panes.trace_acts.TraceActs",
    ),
    "editing": (
        "chat.arguments_form.ArgumentsForm",
        "chat.arguments_form._Field",
    ),
    "nothing_yet": (
        "chat.composer.Composer",
        "chat.editor.Editor",
        "chat.empty.EmptyConversation",
        "chat.page.ChatPage",
        "chat.suggestions.Suggestions",
        "chat.suggestions._Suggestion",
        "chat.transcript.Transcript",
        "controls.Button",
        "controls.Dot",
        "controls.ElidedLabel",
        "controls.IconButton",
        "controls.Label",
        "conversation_list.ConversationList",
        "main_window.MainWindow",
        "rail.Rail",
        "rail._Search",
        "status_line.StatusLine",
        "top_bar.TopBar",
    ),
    "branched": (
        "chat.editing.EditBanner",
        "chat.fork_bar.ForkBar",
    ),
    "looking_for_words": (
        "chat.archived_bar.ArchivedBar",
        "chat.find_bar.FindBar",
    ),
    "paused": ("chat.queued_bar.QueuedBar",),
    "allowed": (
        "controls.ChoiceButton",
        "panes.vault_line.VaultLine",
        "panes.version_card.VersionCard",
        "panes.version_content.VersionContent",
        "panes.version_rows.Timeline",
        "panes.file_history.FileHistory",
        "panes.versions.VersionsPane",
    ),
    "conversations": (
        "focus_ring._Ring",
        "undo_bar.UndoBar",
    ),
    "picking": (
        "model_picker.ModelPicker",
        "model_picker._Search",
        "two_lines.TwoLineList",
    ),
    "arabic": (
        "notification_card.NotificationCard",
        "notifications.CardStack",
    ),
    "setting_up_failed": ("onboarding.key_way.KeyWay",),
    "setting_up_server": (
        "onboarding.server_way.ServerOffer",
        "onboarding.server_way.ServerWay",
    ),
    "blame": (
        "panes.blame_view.BlameView",
        "panes.blame_view._Lines",
    ),
    "circuits_in_trouble": (
        "panes.circuit_line.CircuitLine",
        "panes.circuits.CircuitsPane",
        "sparkline.Sparkline",
    ),
    "conflict": ("panes.conflict_card.ConflictCard",),
    "finding": (
        "panes.file_chooser.FileChooser",
        "panes.file_filters.FileFilters",
    ),
    "files": (
        "panes.drive_section.DriveSection",
        "panes.files.FilesPane",
    ),
    "drive_pane": ("panes.drive_section.AccountLine",),
    "drive_offline": (),
    "drive_browser": (
        "drive_dialog.DriveDialog",
        "drive_list.DriveList",
        "drive_list.DriveSearch",
    ),
    "enlarged": ("panes.large_view.LargeView",),
    "pictures": (
        "panes.picture_view.PictureView",
        "panes.picture_view._Half",
        "panes.picture_view._Picture",
    ),
    "folders": (
        "settings.folders_page.FoldersPage",
        "settings.setting_controls.SwitchControl",
    ),
    "drive": (
        "settings.account_row.AccountRow",
        "settings.drive_page.DrivePage",
    ),
    "channels_people": (
        "channel_chip.ChannelChip",
        "settings.channel_people.GroupRow",
        "settings.channel_people.PeopleList",
        "settings.channel_people.PersonRow",
        "settings.channel_section.ChannelSection",
        "settings.channel_state.ChannelStateView",
        "settings.channels_page.ChannelsPage",
    ),
    "channels_off": (),
    "channels_conflict": (),
    "channels_refused": (),
    "channels_connecting": (),
    "channels_server": ("settings.secret_row.SecretRow",),
    "pairing": (
        "pairing_dialog.PairingDialog",
        "qr_code.QrCode",
    ),
    "pairing_by_hand": (),
    "from_phone": (),
    "settings": (
        "settings.keys.KeyRow",
        "settings.model_page.ModelPage",
        "settings.setting_controls.LineControl",
    ),
    "notification_settings": ("settings.notifications_page.NotificationsPage",),
    "searched": ("settings.search_page.SearchPage",),
    "you": (
        "settings.setting_controls.PassageControl",
        "settings.you_page.YouPage",
    ),
    "checking": ("vault_dialog.VaultDialog",),
    "quick": ("quick_ask.QuickAsk",),
}
"""Scenes, and the classes below ``app.ui`` that can be seen in them (each under the first one)."""

ELSEWHERE: Final = {
    "chat.attachment_bar.AttachmentBar": "test_attachments.py",
    "chat.attachment_bar.AttachmentChip": "test_attachments.py",
    "chat.attachment_bar._RemoveButton": "test_attachments.py",
    "chat.attachment_bar._Sign": "test_attachments.py",
    "chat.code_copy.CodeCopy": "test_copying.py: shows under the pointer only",
    "chat.offer_list.OfferList": "test_completion.py: shows while something is written",
    "panes.nothing.Nothing": "test_panes.py, and the reference pictures",
    "trouble_page.TroublePage": "test_accessibility.py: in a window that could not start",
}
"""Classes that no scene shows, and which tests do."""
