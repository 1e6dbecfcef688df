"""Who gets what, by hand. Columns: visitor observer contributor manager outsider delegate admin."""

TABLE = """
# method endpoint                 visitor observer contrib. manager outsider delegate admin
GET  desk.home                    yes  yes  yes  yes  yes  yes  yes
POST language.choose              yes  yes  yes  yes  yes  yes  yes
GET  security.login               yes  yes  yes  yes  yes  yes  yes
POST security.login               yes  yes  yes  yes  yes  yes  yes
POST security.logout              yes  yes  yes  yes  yes  yes  yes
GET  accounts.link_request        yes  yes  yes  yes  yes  yes  yes
POST accounts.link_request        yes  yes  yes  yes  yes  yes  yes
GET  accounts.sent                yes  yes  yes  yes  yes  yes  yes
GET  accounts.use_link            yes  yes  yes  yes  yes  yes  yes
POST accounts.use_link            yes  yes  yes  yes  yes  yes  yes
GET  accounts.reset_request       yes  yes  yes  yes  yes  yes  yes
POST accounts.reset_request       yes  yes  yes  yes  yes  yes  yes
GET  accounts.reset               yes  yes  yes  yes  yes  yes  yes
POST accounts.reset               yes  yes  yes  yes  yes  yes  yes
GET  accounts.invitation          yes  yes  yes  yes  yes  yes  yes
POST accounts.invitation          yes  yes  yes  yes  yes  yes  yes
GET  accounts.profile             in   yes  yes  yes  yes  yes  yes
POST accounts.profile             in   yes  yes  yes  yes  yes  yes
GET  accounts.password            in   yes  yes  yes  yes  yes  yes
POST accounts.password            in   yes  yes  yes  yes  yes  yes
GET  accounts.change_address      in   yes  yes  yes  yes  yes  yes
POST accounts.change_address      in   yes  yes  yes  yes  yes  yes
POST accounts.keep_address        in   yes  yes  yes  yes  yes  yes
GET  accounts.confirm_address     yes  yes  yes  yes  yes  yes  yes
POST accounts.confirm_address     yes  yes  yes  yes  yes  yes  yes
POST accounts.end_sessions        in   yes  yes  yes  yes  yes  yes
GET  accounts.devices             in   yes  yes  yes  yes  yes  yes
# One's own only.
POST accounts.end_session         in   none none yes  none none none
# Nobody has a code to give here: a visitor signs in, the others are in already.
GET  accounts.code                in   yes  yes  yes  yes  yes  yes
POST accounts.code                in   yes  yes  yes  yes  yes  yes
GET  accounts.second_factor       in   yes  yes  yes  yes  yes  yes
# Drawn for whoever was shown the page.
GET  accounts.second_factor_picture in none none none none none none
POST accounts.start_second_factor in   yes  yes  yes  yes  yes  yes
POST accounts.renew_recovery_codes in  yes  yes  yes  yes  yes  yes
POST accounts.stop_second_factor  in   yes  yes  yes  yes  yes  yes
GET  accounts.people              in   no   no   no   no   yes  yes
GET  accounts.person              in   no   no   no   no   yes  yes
GET  accounts.invite              in   no   no   no   no   yes  yes
POST accounts.invite              in   no   no   no   no   yes  yes
POST accounts.revive              in   no   no   no   no   yes  yes
POST accounts.reset_second_factor in   no   no   no   no   yes  yes
POST accounts.grant_role          in   no   no   no   no   no   yes
POST accounts.end_role            in   no   no   no   no   no   yes
GET  accounts.change_their_address in  no   no   no   no   no   yes
POST accounts.change_their_address in  no   no   no   no   no   yes
POST accounts.close               in   no   no   no   no   no   yes
POST accounts.reopen              in   no   no   no   no   no   yes
GET  accounts.team                in   no   yes  yes  no   yes  yes
POST accounts.team                in   no   no   yes  no   yes  yes
# Whoever belongs to a structure may leave it.
POST accounts.end_membership      in   none yes  yes  none yes  yes
# The contributor's own place: no manager's, so there is nothing to hand over.
GET  accounts.hand_over           in   none none none none none none
POST accounts.hand_over           in   none none none none none none
GET  accounts.hand_over@manager   in   none none yes  none yes  yes
POST accounts.hand_over@manager   in   none none yes  none yes  yes
POST accounts.change_place        in   no   no   yes  none yes  yes
POST accounts.revoke_invitation   in   no   none yes  none yes  yes
GET  members.index                in   no   yes  yes  yes  yes  yes
GET  members.show                 in   no   yes  yes  yes  yes  yes
GET  members.create               in   no   no   no   no   yes  yes
POST members.create               in   no   no   no   no   yes  yes
GET  members.edit                 in   no   no   yes  no   yes  yes
POST members.edit                 in   no   no   yes  no   yes  yes
GET  members.export               in   no   yes  yes  yes  yes  yes
GET  members.model                in   no   no   no   no   yes  yes
GET  members.bring_in             in   no   no   no   no   yes  yes
POST members.bring_in             in   no   no   no   no   yes  yes
GET  members.leave                in   no   no   no   no   yes  yes
POST members.leave                in   no   no   no   no   yes  yes
GET  members.labels               in   no   no   yes  no   yes  yes
POST members.labels               in   no   no   yes  no   yes  yes
POST members.take_label           in   no   no   yes  no   yes  yes
GET  members.links                in   no   no   yes  no   yes  yes
POST members.links                in   no   no   yes  no   yes  yes
POST members.take_link            in   no   no   yes  no   yes  yes
# A structure's file: its own people and the delegate; its bank account: the manager and the delegate.
GET  dossiers.show                in   no   yes  yes  none yes  no
GET  dossiers.section             in   no   yes  yes  none yes  no
POST dossiers.section             in   no   yes  yes  none yes  no
GET  dossiers.section@bank        in   no   no   yes  none yes  no
POST dossiers.section@bank        in   no   no   yes  none yes  no
GET  dossiers.add                 in   no   yes  yes  none yes  no
POST dossiers.add                 in   no   yes  yes  none yes  no
GET  dossiers.edit                in   no   yes  yes  none yes  no
POST dossiers.edit                in   no   yes  yes  none yes  no
POST dossiers.remove              in   no   yes  yes  none yes  no
GET  dossiers.ask                 in   no   yes  yes  none yes  no
POST dossiers.take                in   no   yes  yes  none yes  no
# A structure's certificates: its own people and the delegate, who checks them.
GET  certificates.index           in   no   yes  yes  yes  yes  no
GET  certificates.member          in   no   yes  yes  none yes  no
GET  certificates.send            in   no   yes  yes  none yes  no
POST certificates.send            in   no   yes  yes  none yes  no
GET  certificates.show            in   no   yes  yes  none yes  no
POST certificates.check           in   no   no   no   no   yes  no
POST certificates.refuse          in   no   no   no   no   yes  no
POST certificates.chase           in   no   no   no   no   yes  no
GET  files.download@certificate   in   none yes  yes  none yes  none
GET  files.picture@certificate    in   none yes  yes  none yes  none
GET  desk.join                    yes  yes  yes  yes  yes  yes  yes
# Who has no structure is led to their own first screen.
GET  desk.mine                    in   yes  yes  yes  yes  yes  yes
POST desk.hide_start              in   no   yes  yes  yes  no   no
GET  desk.suggested               in   no   yes  yes  yes  no   no
GET  desk.year                    in   yes  no   no   no   yes  yes
GET  tenders.codes                yes  yes  yes  yes  yes  yes  yes
GET  tenders.as_table             yes  yes  yes  yes  yes  yes  yes
GET  tenders.on_map               yes  yes  yes  yes  yes  yes  yes
GET  tenders.index                yes  yes  yes  yes  yes  yes  yes
# Published to the network; a public one; a draft.
GET  tenders.show                 none none yes  yes  yes  yes  yes
GET  tenders.show@public          yes  yes  yes  yes  yes  yes  yes
GET  tenders.show@draft           none none none none none yes  none
# The buyer's documents: the network reads them, the delegate puts them there.
GET  tenders.documents            in   no   yes  yes  yes  yes  yes
GET  tenders.documents@draft      in   no   none none none yes  none
POST tenders.add_document         in   no   no   no   no   yes  no
GET  tenders.replace              in   no   no   no   no   yes  no
POST tenders.replace              in   no   no   no   no   yes  no
POST tenders.remove               in   no   no   no   no   yes  no
# A file has the rights of what it belongs to.
POST files.receive                in   yes  yes  yes  yes  yes  yes
GET  files.download               in   none yes  yes  yes  yes  yes
GET  files.download@draft         in   none none none none yes  none
GET  files.picture                in   none yes  yes  yes  yes  yes
GET  files.picture@draft          in   none none none none yes  none
GET  tenders.create               in   no   no   no   no   yes  no
POST tenders.create               in   no   no   no   no   yes  no
GET  tenders.edit                 in   no   no   no   no   yes  no
POST tenders.edit                 in   no   no   no   no   yes  no
GET  tenders.move_deadline        in   no   no   no   no   yes  no
POST tenders.move_deadline        in   no   no   no   no   yes  no
GET  tenders.reminders            in   no   no   no   no   yes  no
POST tenders.reminders            in   no   no   no   no   yes  no
GET  tenders.save_search          in   no   yes  yes  yes  yes  yes
POST tenders.save_search          in   no   yes  yes  yes  yes  yes
GET  tenders.searches             in   no   yes  yes  yes  yes  yes
# One's own alone: this is the manager's.
POST tenders.rename_search        in   no   none yes  none none none
POST tenders.pause_search         in   no   none yes  none none none
POST tenders.delete_search        in   no   none yes  none none none
# What the sources brought: the delegate sorts it.
GET  tenders.arrivals             in   no   no   no   no   yes  no
GET  tenders.set_aside            in   no   no   no   no   yes  no
POST tenders.publish_arrival@draft in  no   no   no   no   yes  no
POST tenders.ignore@draft         in   no   no   no   no   yes  no
POST tenders.take_up@draft        in   no   no   no   no   yes  no
POST tenders.assign@draft         in   no   no   no   no   yes  no
GET  tenders.paste                in   no   no   no   no   yes  no
POST tenders.paste                in   no   no   no   no   yes  no
# The one-page summary: the network reads it, the delegate writes it.
GET  tenders.summary              in   no   yes  yes  yes  yes  yes
GET  tenders.summary@draft        in   no   none none none yes  none
GET  tenders.write_summary_page   in   no   no   no   no   yes  no
POST tenders.write_summary_page   in   no   no   no   no   yes  no
GET  tenders.copy                 in   no   no   no   no   yes  no
POST tenders.copy                 in   no   no   no   no   yes  no
POST tenders.publish@draft        in   no   no   no   no   yes  no
GET  tenders.cancel               in   no   no   no   no   yes  no
POST tenders.cancel               in   no   no   no   no   yes  no
# A contributor prepares, a manager commits (see tests of bids).
# The delegate acts for a structure that is named in the form; without one there is nothing there.
GET  bids.register                in   no   yes  yes  yes  yes  no
POST bids.register                in   no   no   yes  yes  yes  no
GET  bids.register@draft          in   no   none none none yes  no
POST bids.not_for_us              in   no   no   yes  yes  none no
POST bids.withdraw                in   no   no   yes  yes  none no
GET  bids.coordinate              in   no   no   no   no   yes  no
POST bids.open_bid                in   no   no   no   no   yes  no
POST bids.turn_down               in   no   no   no   no   yes  no
GET  bids.index                   in   no   yes  yes  yes  yes  no
# The wall (G3): a group doesn't exist for its rival.
GET  bids.show                    in   no   yes  yes  none yes  no
GET  bids.show@rival              in   no   none none yes  yes  no
POST bids.confirm                 in   no   no   yes  none no   no
POST bids.refuse                  in   no   no   yes  none no   no
POST bids.remove                  in   no   no   no   no   yes  no
POST bids.propose                 in   no   no   no   no   yes  no
POST bids.set_form                in   no   no   no   no   yes  no
POST bids.set_lead                in   no   no   no   no   yes  no
POST bids.set_coordinator         in   no   no   no   no   yes  no
POST bids.compose                 in   no   no   no   no   yes  no
# The lead's people deposit too.
POST bids.deposit                 in   no   yes  yes  none yes  no
POST bids.review                  in   no   no   no   no   yes  no
POST bids.result                  in   no   no   no   no   yes  no
POST bids.waive                   in   no   no   no   no   yes  no
POST bids.withdraw_bid            in   no   no   no   no   yes  no
# One's own news and choices; a link that stops e-mails is signed, and opens nothing when it isn't.
GET  news.index                   in   yes  yes  yes  yes  yes  yes
POST news.read                    in   yes  yes  yes  yes  yes  yes
GET  news.choose                  in   yes  yes  yes  yes  yes  yes
POST news.chosen                  in   yes  yes  yes  yes  yes  yes
POST news.revive                  in   yes  yes  yes  yes  yes  yes
POST news.stand_in                in   yes  yes  yes  yes  yes  yes
GET  news.leave                   none none none none none none none
POST news.left                    none none none none none none none
POST news.follow                  in   no   yes  yes  yes  yes  yes
POST news.follow@draft            in   no   none none none yes  none
GET  feeds.calendar               in   yes  yes  yes  yes  yes  yes
POST feeds.renew                  in   yes  yes  yes  yes  yes  yes
POST feeds.close                  in   yes  yes  yes  yes  yes  yes
# A secret that opens nothing is nobody's.
GET  feeds.personal               none none none none none none none
GET  feeds.tender_dates           none none yes  yes  yes  yes  yes
GET  feeds.tender_dates@public    yes  yes  yes  yes  yes  yes  yes
GET  feeds.tender_dates@draft     none none none none none yes  none
GET  feeds.atom                   yes  yes  yes  yes  yes  yes  yes
GET  privacy.legal                yes  yes  yes  yes  yes  yes  yes
GET  privacy.notice               yes  yes  yes  yes  yes  yes  yes
GET  privacy.accessibility        yes  yes  yes  yes  yes  yes  yes
GET  privacy.mine                 in   yes  yes  yes  yes  yes  yes
POST privacy.export               in   yes  yes  yes  yes  yes  yes
GET  privacy.erasure              in   yes  yes  yes  yes  yes  yes
POST privacy.ask                  in   yes  yes  yes  yes  yes  yes
POST privacy.withdraw             in   yes  yes  yes  yes  yes  yes
POST privacy.erase_me             in   yes  yes  yes  yes  yes  yes
GET  privacy.erase_page           in   no   no   no   no   no   yes
POST privacy.erase                in   no   no   no   no   no   yes
GET  privacy.register             in   no   no   no   no   yes  yes
# In embedded mode only.
GET  mailbox.index                yes  yes  yes  yes  yes  yes  yes
GET  mailbox.show                 yes  yes  yes  yes  yes  yes  yes
GET  mailbox.html                 yes  yes  yes  yes  yes  yes  yes
# Who was told what: the delegate; the administrator sees that mail left, not what it says (see tests of messages).
GET  messages.index               in   no   no   no   no   yes  yes
GET  messages.index@draft         in   no   no   no   no   yes  none
GET  messages.table               in   no   no   no   no   yes  yes
GET  messages.show                in   no   no   no   no   yes  yes
POST messages.send_again          in   no   no   no   no   yes  yes
# Where tenders come from: the network's office.
GET  notices.index                in   no   no   no   no   yes  yes
POST notices.fetch                in   no   no   no   no   yes  yes
GET  notices.run                  in   no   no   no   no   yes  yes
GET  notices.progress             in   no   no   no   no   yes  yes
GET  notices.quarantine           in   no   no   no   no   yes  yes
GET  notices.quarantined          in   no   no   no   no   yes  yes
POST notices.replay               in   no   no   no   no   yes  yes
POST notices.heed@correction      in   no   no   no   no   yes  no
POST notices.settle               in   no   no   no   no   yes  no
GET  notices.mails                in   no   no   no   no   yes  no
POST notices.take_mail@text       in   no   no   no   no   yes  no
POST notices.drop_mail            in   no   no   no   no   yes  no
POST notices.replay_all           in   no   no   no   no   yes  yes
GET  health.show                  in   no   no   no   no   yes  yes
# For machines, without an account; the figures have a token of their own, and none is set here.
GET  machines.healthz             yes  yes  yes  yes  yes  yes  yes
GET  machines.metrics             none none none none none none none
"""
