//! `millctl data`: files in, datasets out.

use std::collections::BTreeMap;

use contract::{Answer, Command, DataVersion, DatasetName, Query, Refusal};

use crate::arguments::DataAction;
use crate::commands::{Desk, absolute, reader_options, role, unexpected};
use crate::{output, show};

impl Desk {
    pub(crate) fn data(&self, action: &DataAction) -> Result<(), Refusal> {
        let versions = match action {
            DataAction::Add { .. } => return self.add(action),
            DataAction::List => self.query(Query::Datasets)?,
            DataAction::Rejects { name, limit } => return self.rejects(name, *limit),
            DataAction::Show { name } => Answer::DataVersions(vec![self.data_version(name)?]),
        };
        let Answer::DataVersions(versions) = versions else {
            return Err(unexpected());
        };
        match action {
            DataAction::List => show::datasets(&versions, self.json),
            _ => show::versions(&versions, self.json),
        }
        Ok(())
    }

    /// One file after the other: a bad one among good ones costs nobody the rest.
    fn add(&self, action: &DataAction) -> Result<(), Refusal> {
        let DataAction::Add {
            files, name, roles, ..
        } = action
        else {
            return Err(unexpected());
        };
        let roles = roles
            .iter()
            .map(|text| role(text))
            .collect::<Result<BTreeMap<_, _>, _>>()?;
        let options = reader_options(action)?;
        let paths = files
            .iter()
            .map(|path| absolute(path))
            .collect::<Result<Vec<_>, _>>()?;
        let mut newest = self.newest_versions()?;
        let (mut imported, mut refusals) = (Vec::new(), Vec::new());
        for path in paths {
            let import = Command::ImportFiles {
                paths: vec![path],
                name: name.as_deref().map(DatasetName::new),
                options: options.clone(),
                roles: roles.clone(),
            };
            let versions = match self.command(import) {
                Ok(Answer::DataVersions(versions)) => versions,
                Ok(Answer::PartlyImported {
                    versions,
                    refusals: more,
                }) => {
                    refusals.extend(more);
                    versions
                }
                Ok(_) => return Err(unexpected()),
                Err(refusal) => {
                    refusals.push(refusal);
                    continue;
                }
            };
            imported.extend(versions.into_iter().map(|version| {
                let known = newest.get(&version.id.dataset).copied().unwrap_or(0);
                let number = version.id.version;
                newest.insert(version.id.dataset.clone(), known.max(number));
                show::Imported {
                    is_recognised: number <= known,
                    newest: known.max(number),
                    version,
                }
            }));
        }
        if !imported.is_empty() {
            show::added(&imported, self.json);
        }
        // The last one is told by whoever called, like any other.
        let last = refusals.pop();
        refusals.iter().for_each(output::refusal);
        last.map_or(Ok(()), Err)
    }

    /// A version that is not newer than these was here before.
    fn newest_versions(&self) -> Result<BTreeMap<DatasetName, u32>, Refusal> {
        let Answer::DataVersions(versions) = self.query(Query::Datasets)? else {
            return Err(unexpected());
        };
        let id = |version: &DataVersion| (version.id.dataset.clone(), version.id.version);
        Ok(versions.iter().map(|version| id(version)).collect())
    }

    fn rejects(&self, name: &str, limit: u64) -> Result<(), Refusal> {
        let version = self.data_version(name)?;
        let limit = limit.min(version.rejected_rows);
        let mut rows = Vec::new();
        while (rows.len() as u64) < limit {
            let first = rows.len() as u64;
            let query = Query::Rejects {
                version: version.id.clone(),
                first,
                count: u32::try_from(limit - first).unwrap_or(u32::MAX),
            };
            match self.query(query)? {
                Answer::Rejects(page) if page.rows.is_empty() => break,
                Answer::Rejects(page) => rows.extend(page.rows),
                _ => return Err(unexpected()),
            }
        }
        show::rejects(&version, &rows, self.json);
        Ok(())
    }
}
