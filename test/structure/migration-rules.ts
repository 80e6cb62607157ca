import type {
  AlterTableNode,
  ColumnDefinitionNode,
  CreateTableNode,
  Kysely,
  RootOperationNode,
} from 'kysely';
import type { Migration } from '../../src/store/migrations/index.ts';
import { schemaQueries } from '../../src/store/postgres/compile.ts';
import { queries } from '../../src/store/statement.ts';

/** What migrations are built with, by engine. */
const engines = {
  sqlite: queries as unknown as Kysely<unknown>, // migrations know tables by their names only
  postgres: schemaQueries,
} as const;

/** Why a version beside which the last of `all` runs might fail; empty: it only adds, or says what it takes away. */
export function faultsOf(all: readonly Migration[]): readonly string[] {
  const last = all.at(-1);
  if (last === undefined) return [];
  const isNamed = last.needs === undefined || all.slice(0, -1).some(({ name }) => name === last.needs);
  const unnamed = isNamed ? [] : [`needs ${last.needs}, which is no migration before it`];
  const faults = (['sqlite', 'postgres'] as const).flatMap((engine) => faultsIn(last, engine));
  return [...new Set([...unnamed, ...faults])];
}

function faultsIn(migration: Migration, engine: keyof typeof engines): readonly string[] {
  const nodes = migration.up(engines[engine], engine).map((query) => query.compile().query);
  const made = new Set(nodes.flatMap((node) => (node.kind === 'CreateTableNode' ? [nameOf(node)] : [])));
  return nodes
    .flatMap((node) => faultsOfNode(node, made, engine))
    .filter((fault) => !isTold(migration, fault));
}

/** Two versions later, what nobody uses may go. */
function isTold({ needs }: Migration, fault: string): boolean {
  return needs !== undefined && fault.startsWith('drops');
}

/** `made`: the tables that the same migration makes, which nobody else uses yet. */
function faultsOfNode(
  node: RootOperationNode,
  made: ReadonlySet<string>,
  engine: keyof typeof engines,
): readonly string[] {
  switch (node.kind) {
    case 'CreateTableNode':
      return [];
    case 'CreateIndexNode': {
      const table = node.table?.table.identifier.name ?? '';
      return node.unique && !made.has(table) ? [`tightens ${table}: a unique index`] : [];
    }
    case 'AlterTableNode':
      return made.has(nameOf(node)) ? [] : faultsOfChange(node);
    case 'DropTableNode':
      return [`drops ${nameOf(node)}`];
    case 'DropIndexNode':
      // One process has the file of SQLite, and an older version that gets it again is slower at most.
      return engine === 'sqlite' ? [] : ['drops an index'];
    default:
      return [`is not known to add only: ${node.kind}`];
  }
}

function faultsOfChange(node: AlterTableNode): readonly string[] {
  const table = nameOf(node);
  const faults: string[] = [];
  if (node.renameTo || node.setSchema || node.renameConstraint) faults.push(`renames ${table}`);
  if (node.addConstraint || node.addIndex) faults.push(`tightens ${table}: a constraint`);
  if (node.dropConstraint || node.dropIndex) faults.push(`drops a constraint of ${table}`);
  for (const change of node.columnAlterations ?? []) {
    if (change.kind === 'AddColumnNode') faults.push(...faultsOfColumn(table, change.column));
    else if (change.kind === 'DropColumnNode') faults.push(`drops ${table}.${change.column.column.name}`);
    else if (change.kind === 'RenameColumnNode') faults.push(`renames ${table}.${change.column.column.name}`);
    else faults.push(`changes a column of ${table}`);
  }
  return faults;
}

/** Older versions write rows without it. */
function faultsOfColumn(table: string, column: ColumnDefinitionNode): readonly string[] {
  const isTight = column.notNull && column.defaultTo === undefined;
  const isBound = column.unique || column.primaryKey || column.check || column.references;
  return isTight || isBound ? [`tightens ${table}: ${column.column.column.name}`] : [];
}

function nameOf({ table }: Pick<CreateTableNode | AlterTableNode, 'table'>): string {
  return table.table.identifier.name;
}
