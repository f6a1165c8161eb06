//! The house rules as tests: each law reads the tree as text, links nothing of ours, and fails with the rule, the place and the reason.
//!
//! Invariants
//! 1. Rooms see only what the table of arrows allows, and a heavy word has its rooms — `arrows::rooms_see_only_what_the_table_allows`,
//!    `arrows::heavy_words_live_in_their_rooms`.
//! 2. Versions and lints are written once, in the workspace — `arrows::manifests_take_everything_from_the_workspace`.
//! 3. What crosses borders has one version — `pins::one_version_of_what_crosses_borders`.
//! 4. Sources open with a sentence, fit a head and leave nothing open — `sources::files_open_with_a_sentence`,
//!    `sources::files_fit_a_head`, `sources::nothing_is_left_open`.
//! 5. Promises have proofs, and the map fits the tree — `promises::every_invariant_names_a_test_that_exists`,
//!    `layout::the_map_has_one_line_for_each_room`.
//! 6. Shaders are valid without a GPU — `shaders::shaders_are_valid_and_name_their_twins`.
//! 7. Every law is shown a breach and catches it — `arrows::laws_of_arrows_catch_their_breach`,
//!    `layout::laws_of_layout_catch_their_breach`, `pins::laws_of_pins_catch_their_breach`,
//!    `promises::the_law_of_promises_catches_its_breach`, `shaders::laws_of_shaders_catch_their_breach`,
//!    `sources::laws_of_sources_catch_their_breach`.

#[cfg(test)]
mod arrows;
#[cfg(test)]
mod breach;
#[cfg(test)]
mod layout;
#[cfg(test)]
mod pins;
#[cfg(test)]
mod promises;
#[cfg(test)]
mod rust_text;
#[cfg(test)]
mod shaders;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod tree;
