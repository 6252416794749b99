/**
 * What does the shop's form show? Its lists and its week, the reason under each, one sentence on top.
 *
 * Runs in the editor, served by formScript.ts together with the runtime's own reading of a calendar: `exports` holds both.
 */

/** Columns of the lists: saved name, kind of input, width. */
const LISTS = {
    stores: [['id', 'text', '27%'], ['name', 'text', '30%'], ['aliases', 'text', '36%']],
    records: [['store', 'text', '27%'], ['channel', 'text', '27%'], ['source', 'text', '39%']],
    closures: [['from', 'date', '29%'], ['to', 'date', '29%'], ['name', 'text', '34%']],
    exceptions: [['date', 'date', '29%'], ['hours', 'text', '37%'], ['name', 'text', '26%']],
    shifts: [['name', 'text', '37%'], ['from', 'text', '27%'], ['to', 'text', '27%']]
};
const DAYS = [0, 1, 2, 3, 4, 5, 6];

function cutoffOf(form) {
    return exports.readClock(String(form.cutoff === undefined ? '00:00' : form.cutoff)) || 0;
}

function aliasesOf(store) {
    return (Array.isArray(store.aliases) ? store.aliases : String(store.aliases || '').split(',')).map(function (alias) { return alias.trim(); }).filter(Boolean);
}

/** True, or why that field of the calendar cannot stay as it is. */
function verdict(node, form, field) {
    const fault = exports.readCalendar(form, cutoffOf(form)).faults.find(function (each) { return each.field === field; });
    if (fault === undefined) return true;
    const reason = node._('shop.calendar.' + fault.rule, { where: fault.where });
    return fault.row === undefined ? reason : node._('shop.day.' + fault.row) + ': ' + reason;
}

/** True, or why the systems of record cannot stay as they are. */
function recordsVerdict(node, records) {
    const read = exports.readRecords(records);
    return read.outcome === 'read' || node._('shop.record.' + read.rule, { where: read.where });
}

function drawList(node, list, changed) {
    $('#bottega-shop-' + list).css({ minHeight: 76 }).editableList({
        addItem: function (row, index, item) {
            LISTS[list].forEach(function (column) {
                const label = node._('shop.column.' + list + '.' + column[0]);
                const value = column[0] === 'aliases' ? aliasesOf(item).join(', ') : item[column[0]];
                const suggested = column[0] === 'source' ? { list: 'bottega-shop-sources' } : {};
                $('<input>').attr({ type: column[1], 'data-column': column[0], placeholder: label, title: label, 'aria-label': label }).attr(suggested)
                    .css({ width: column[2], marginRight: 4 }).val(value || '').appendTo(row);
            });
            changed();
        },
        removeItem: changed,
        removable: true,
        sortable: list === 'stores'
    }).editableList('addItems', node[list] || []);
}

function readList(list) {
    return $('#bottega-shop-' + list).editableList('items').map(function () {
        const item = {};
        this.find('[data-column]').each(function () { item[$(this).attr('data-column')] = $(this).val().trim(); });
        return list === 'stores' ? { id: item.id, name: item.name, aliases: aliasesOf(item) } : item;
    }).get();
}

function drawWeek(node, changed) {
    DAYS.forEach(function (day) {
        const name = node._('shop.day.' + day);
        const input = $('<input type="text">').attr({ placeholder: node._('shop.label.closed'), 'aria-label': name }).css({ width: '50%' }).val((node.hours || [])[day] || '');
        const copy = $('<button type="button" class="red-ui-button"><i class="fa fa-clone"></i></button>').attr({ title: node._('shop.label.copy'), 'aria-label': node._('shop.label.copy') }).css({ marginLeft: 4 });
        copy.on('click', function () {
            $('#bottega-shop-week input').val(input.val());
            changed();
        });
        $('<div>').css({ marginBottom: 4 }).append($('<label>').text(name), input, copy).appendTo('#bottega-shop-week');
    });
}

/** The lists and the week as they are saved. */
function readLists() {
    return {
        stores: readList('stores'), records: readList('records'), closures: readList('closures'), exceptions: readList('exceptions'), shifts: readList('shifts'),
        hours: $('#bottega-shop-week input').map(function () { return $(this).val().trim(); }).get()
    };
}

/** The calendar as it is typed. */
function readForm() {
    const form = readLists();
    ['cutoff', 'opens', 'holidays', 'patron', 'sector'].forEach(function (field) { form[field] = $('#node-config-input-' + field).val(); });
    return form;
}

/** Shows what fits and what does not; answers the sentence of the form. */
function refresh(node) {
    const form = readForm();
    $('.bottega-shop-hours').toggle(form.opens === 'hours');
    ['hours', 'closures', 'exceptions', 'shifts', 'records'].forEach(function (field) {
        const reason = field === 'records' ? recordsVerdict(node, form.records) : verdict(node, form, field);
        $('#bottega-shop-reason-' + field).text(reason === true ? '' : reason).toggleClass('is-shown', reason !== true);
    });
    const read = form.opens === 'hours' ? exports.readWeek(form.hours, cutoffOf(form)) : {};
    const week = read.week || [];
    const late = exports.pastCutoff(week, cutoffOf(form));
    $('#bottega-shop-late').toggle(late.length > 0).text(node._('shop.label.late', { day: node._('shop.day.' + late[0]), cutoff: form.cutoff }));
    const minutes = week.flat().reduce(function (sum, span) { return sum + span.to - span.from; }, 0);
    const days = week.filter(function (spans) { return spans.length > 0; }).length;
    const key = form.opens !== 'hours' ? 'always' : read.outcome === 'read' ? 'hours' : 'unready';
    return [key, { days: days, hours: Math.round(minutes / 6) / 10, shifts: form.shifts.length }];
}

/** Fills the form; `changed` is called at changes that no input reports. */
function draw(node, changed) {
    exports.PATRON_SAINTS.forEach(function (feast) {
        $('<option>').val(feast.day).text(feast.city + ', ' + feast.saint).appendTo('#bottega-shop-patrons');
    });
    Object.keys(LISTS).forEach(function (list) { drawList(node, list, changed); });
    drawWeek(node, changed);
    // A form saved by the release before has no such fields.
    ['opens', 'holidays'].forEach(function (field) {
        const choice = $('#node-config-input-' + field);
        if (choice.val() === null) choice.val(node._def.defaults[field].value);
    });
    $('#bottega-shop-suggest').on('click', function () {
        const form = readForm();
        $('#bottega-shop-shifts').editableList('empty').editableList('addItems', exports.suggestedShifts(form.sector, cutoffOf(form)));
    });
}

exports.form = { aliasesOf: aliasesOf, verdict: verdict, recordsVerdict: recordsVerdict, readLists: readLists, refresh: refresh, draw: draw };
