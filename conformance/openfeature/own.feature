# What the providers of all languages answer. The steps are those of the OpenFeature specification's suite, and a few more.
Feature: What a provider answers

  Background:
    Given a stable provider

  Scenario Outline: A value of each type, its variant and its reason
    Given a <type>-flag with key "<key>" and a fallback value "<default>"
    When the flag was evaluated with details
    Then the resolved details value should be "<value>"
    And the flag key should be "<key>"
    And the variant should be "<variant>"
    And the reason should be "<reason>"

    Examples:
      | key     | type    | default | value                                     | variant | reason  |
      | switch  | Boolean | false   | true                                      | on      | STATIC  |
      | nothing | Boolean | true    | false                                     | off     | STATIC  |
      | page    | Integer | 1       | 100                                       | long    | STATIC  |
      | page    | Float   | 0.1     | 100                                       | long    | STATIC  |
      | ratio   | Float   | 0.1     | 1.0                                       | whole   | DEFAULT |
      | title   | String  | ?       | Jobs                                      | plain   | DEFAULT |
      | layout  | Object  | {}      | {\"columns\": 2, \"names\": [\"a\", \"b\"]} | wide    | STATIC  |
      | child   | Boolean | true    | false                                     | off     | STATIC  |

  @lists
  Scenario: A list is an object
    Given a Object-flag with key "order" and a fallback value "{}"
    When the flag was evaluated with details
    Then the resolved details value should be "[\"newest\", \"nearest\"]"

  Scenario Outline: Another type is a mismatch, whichever variant is served
    Given a <type>-flag with key "<key>" and a fallback value "<default>"
    And a context containing a key "all", with type "Boolean" and with value "<all>"
    When the flag was evaluated with details
    Then the resolved details value should be "<default>"
    And the reason should be "ERROR"
    And the error-code should be "TYPE_MISMATCH"
    And the variant should be absent
    And the error message should contain "<message>"

    Examples:
      | key    | type    | default   | all   | message                                          |
      | switch | String  | off       | true  | serves boolean, and string was asked for         |
      | title  | Boolean | true      | true  | serves string, and boolean was asked for         |
      | title  | Object  | {\"a\":1} | true  | serves string, and                               |
      | layout | String  | ?         | true  | serves object, and string was asked for          |
      | page   | String  | 1         | true  | serves integer, and string was asked for         |
      | ratio  | String  | 1         | false | serves float, and string was asked for           |
      | empty  | Object  | {}        | true  | serves null, and                                 |

  @integers
  Scenario Outline: A flag with fractions has no integers
    Given a Integer-flag with key "ratio" and a fallback value "7"
    And a context containing a key "all", with type "Boolean" and with value "<all>"
    When the flag was evaluated with details
    Then the resolved details value should be "7"
    And the error-code should be "TYPE_MISMATCH"

    Examples:
      | all   |
      | true  |
      | false |

  Scenario Outline: Attributes of each type decide
    Given a <asked>-flag with key "<key>" and a fallback value "<default>"
    And a context containing a key "<attribute>", with type "<type>" and with value "<given>"
    When the flag was evaluated with details
    Then the resolved details value should be "<value>"
    And the reason should be "<reason>"

    Examples:
      | key   | asked   | default | attribute | type    | given | value        | reason          |
      | title | String  | ?       | lang      | String  | fr    | Offres d'été | TARGETING_MATCH |
      | title | String  | ?       | lang      | String  | en    | Jobs         | DEFAULT         |
      | adult | Boolean | false   | age       | Integer | 18    | true         | TARGETING_MATCH |
      | adult | Boolean | true    | age       | Float   | 17.5  | false        | DEFAULT         |
      | adult | Boolean | true    | age       | String  | 18    | false        | DEFAULT         |
      | ratio | Float   | 0.1     | all       | Boolean | false | 0.5          | TARGETING_MATCH |

  Scenario: An attribute of a structure
    Given a Boolean-flag with key "tier" and a fallback value "false"
    And a context with a structure "tenant" whose field "tier" is "gold"
    When the flag was evaluated with details
    Then the resolved details value should be "true"
    And the reason should be "TARGETING_MATCH"

  Scenario: Everybody needs no unit
    Given a Boolean-flag with key "share" and a fallback value "false"
    When the flag was evaluated with details
    Then the resolved details value should be "true"
    And the reason should be "STATIC"

  Scenario: The targeting key is the unit of a share that names no other one, and the reason says that it decided
    Given a String-flag with key "half" and a fallback value "?"
    And a context containing a targeting key with value "ada"
    When the flag was evaluated with details
    Then the reason should be "SPLIT"
    And the resolved details value should not be "?"

  Scenario Outline: A missing unit is never hashed
    Given a <type>-flag with key "<key>" and a fallback value "<default>"
    When the flag was evaluated with details
    Then the resolved details value should be "<default>"
    And the reason should be "ERROR"
    And the error-code should be "TARGETING_KEY_MISSING"
    And the error message should contain "it reads `<reads>`"

    Examples:
      | key     | type    | default | reads        |
      | half    | String  | ?       | targetingKey |
      | by_user | Boolean | true    | userId       |

  Scenario: The targeting key does not stand for a unit of another name
    Given a Boolean-flag with key "by_user" and a fallback value "true"
    And a context containing a targeting key with value "ada"
    When the flag was evaluated with details
    Then the error-code should be "TARGETING_KEY_MISSING"

  Scenario: A unit of a type that cannot be one
    Given a Boolean-flag with key "by_user" and a fallback value "true"
    And a context containing a key "userId", with type "Float" and with value "1.5"
    When the flag was evaluated with details
    Then the resolved details value should be "true"
    And the error-code should be "INVALID_CONTEXT"

  Scenario: A flag that there is not
    Given a Boolean-flag with key "switsch" and a fallback value "true"
    When the flag was evaluated with details
    Then the resolved details value should be "true"
    And the error-code should be "FLAG_NOT_FOUND"
    And the error message should contain "`switsch`"

  Scenario: A disabled flag serves its default
    Given a Boolean-flag with key "closed" and a fallback value "true"
    When the flag was evaluated with details
    Then the resolved details value should be "false"
    And the reason should be "DISABLED"

  Scenario: A disabled flag without a default leaves the value to the caller
    Given a Integer-flag with key "gone" and a fallback value "7"
    When the flag was evaluated with details
    Then the resolved details value should be "7"
    And the reason should be "DISABLED"
    And the variant should be absent

  Scenario: Metadata is that of the flag, and what the engine says of the answer
    Given a Boolean-flag with key "switch" and a fallback value "false"
    When the flag was evaluated with details
    Then the resolved metadata should contain
      | key    | metadata_type | value       |
      | owner  | String        | search-team |
      | ticket | String        | S-7         |
      | tier   | Integer       | 2           |
      | ratio  | Float         | 0.5         |
      | beta   | Boolean       | true        |
      | rule   | Integer       | 0           |

  Scenario: The rule that decided is told
    Given a Boolean-flag with key "second" and a fallback value "false"
    And a context containing a key "a", with type "Integer" and with value "2"
    When the flag was evaluated with details
    Then the resolved metadata should contain
      | key  | metadata_type | value |
      | rule | Integer       | 1     |

  Scenario Outline: What is stale says so
    Given a stale provider
    And a <type>-flag with key "<key>" and a fallback value "<default>"
    When the flag was evaluated with details
    Then the resolved details value should be "<value>"
    And the reason should be "<reason>"
    And the provider status should be "STALE"

    Examples:
      | key    | type    | default | value | reason |
      | switch | Boolean | false   | true  | STALE  |
      | nope   | Boolean | true    | true  | ERROR  |
