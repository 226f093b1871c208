"""People: organisations, whoever acts in them, their teams, their rights and their tokens.

Words: a *principal* is a person, an agent or a service; a *team* gathers principals; a *grant*
gives a principal or a team the *rights* that its pattern names; a *token* signs a principal in
and may cut the rights down to *scopes*. The *gate* (`service.authorise`) judges every call.
"""
