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
POST accounts.end_sessions        in   yes  yes  yes  yes  yes  yes
GET  accounts.people              in   no   no   no   no   yes  yes
GET  accounts.person              in   no   no   no   no   yes  yes
GET  accounts.invite              in   no   no   no   no   yes  yes
POST accounts.invite              in   no   no   no   no   yes  yes
POST accounts.grant_role          in   no   no   no   no   no   yes
POST accounts.end_role            in   no   no   no   no   no   yes
POST accounts.close               in   no   no   no   no   no   yes
POST accounts.reopen              in   no   no   no   no   no   yes
GET  accounts.team                in   no   yes  yes  no   yes  yes
POST accounts.team                in   no   no   yes  no   yes  yes
# Whoever belongs to a structure may leave it.
POST accounts.end_membership      in   none yes  yes  none yes  yes
POST accounts.change_place        in   no   no   yes  none yes  yes
POST accounts.revoke_invitation   in   no   none yes  none yes  yes
GET  members.index                in   no   yes  yes  yes  yes  yes
GET  members.show                 in   no   yes  yes  yes  yes  yes
GET  members.create               in   no   no   no   no   yes  yes
POST members.create               in   no   no   no   no   yes  yes
GET  members.edit                 in   no   no   yes  no   yes  yes
POST members.edit                 in   no   no   yes  no   yes  yes
"""
